//! What the tests of the road do not reach; they are the tests of the broker too.

use super::sessions::matches;

#[test]
fn a_filter_means_the_topics_mqtt_says() {
    for (filter, topic, is_meant) in [
        ("a/b", "a/b", true),
        ("a/b", "a/c", false),
        ("a/+", "a/b", true),
        ("a/+", "a/b/c", false),
        ("a/+/c", "a//c", true),
        ("a/#", "a", true),
        ("a/#", "a/b/c", true),
        ("#", "a/b", true),
        ("+", "a/b", false),
        ("a", "a/b", false),
    ] {
        assert_eq!(matches(filter, topic), is_meant, "{filter} {topic}");
    }
}
