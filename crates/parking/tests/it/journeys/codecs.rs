//! Somebody holds a device whose message nobody understands, and asks the command line.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::harness::process::{Ended, run};

const VECTORS: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../parking-domain/testdata/codecs/vectors.json"
);

async fn codec(arguments: &[&str]) -> Ended {
    run(&[&["codec"], arguments].concat(), &Vec::new()).await
}

fn printed(ended: &Ended) -> Value {
    let lines = ended
        .lines
        .iter()
        .filter(|line| !line.starts_with("parking: "));
    let text: Vec<_> = lines.map(String::as_str).collect();
    serde_json::from_str(&text.join("\n")).unwrap()
}

#[tokio::test]
async fn a_message_is_read_and_a_refusal_has_a_code() {
    let bosch = [
        "decode", "--vendor", "bosch", "--model", "tps110", "--fport",
    ];
    let read = codec(&[&bosch[..], &["2", "--hex", "0112"]].concat()).await;
    assert_eq!(read.code(), Some(0), "{}", read.text());
    let expected = json!({ "event_type": "heartbeat", "occupied": true, "temperature_c": 18.0 });
    assert_eq!(printed(&read), expected);

    let refused = codec(&[&bosch[..], &["42", "--hex", "01"]].concat()).await;
    assert_eq!(refused.code(), Some(1), "{}", refused.text());
    assert_eq!(printed(&refused)["error"], "wrong_port");
    let empty = codec(&[&bosch[..], &["1", "--hex", ""]].concat()).await;
    assert_eq!(printed(&empty)["error"], "short_payload");
    let no_bytes = codec(&[&bosch[..], &["1", "--hex", "0g"]].concat()).await;
    assert_eq!(no_bytes.code(), Some(2), "{}", no_bytes.text());

    let portless = [
        "decode", "--vendor", "PNI", "--model", "PlacePod", "--hex", "1566",
    ];
    assert_eq!(printed(&codec(&portless).await)["unparsed_hex"], "1566");
    let down = [
        "decode",
        "--vendor",
        "Plenom",
        "--model",
        "Busylight",
        "--fport",
        "15",
    ];
    let down = codec(&[&down[..], &["--down", "--hex", "ff00a56400"]].concat()).await;
    assert_eq!(printed(&down)["g"], 165, "{}", down.text());

    let nobody = codec(&["decode", "--vendor", "Acme", "--model", "1", "--hex", "00"]).await;
    assert_eq!(nobody.code(), Some(1));
    assert!(
        nobody.text().contains("no codec for Acme 1"),
        "{}",
        nobody.text()
    );
}

#[tokio::test]
async fn a_command_is_written_or_refused() {
    let sign = [
        "encode",
        "--vendor",
        "Heltec",
        "--model",
        "heltec-v3-zone",
        "--command",
    ];
    let write =
        |command: &'static str| async move { codec(&[&sign[..], &[command]].concat()).await };
    let written = write(r#"{"name":"set_count","value":24}"#).await;
    let expected = json!({ "fport": 1, "bytes_hex": "3234", "is_drastic": false });
    assert_eq!(printed(&written), expected, "{}", written.text());

    let too_much = write(r#"{"name":"set_count","value":10000}"#).await;
    assert_eq!(too_much.code(), Some(1));
    let refusal = printed(&too_much);
    assert_eq!(refusal["error"], "out_of_range");
    assert_eq!(
        (&refusal["name"], &refusal["value"]),
        (&json!("set_count"), &json!(10_000))
    );
    for (wrong, why) in [
        ("24", "no command"),
        ("{", "JSON"),
        (r#"{"name":"set_count","value":24,"also":1}"#, "also"),
    ] {
        let refused = write(wrong).await;
        assert_eq!(refused.code(), Some(1), "{wrong}");
        assert!(refused.text().contains(why), "{}", refused.text());
    }
}

#[tokio::test]
async fn every_model_is_listed_with_what_it_says_and_hears() {
    let listed = printed(&codec(&["list"]).await);
    let rows = listed.as_array().unwrap();
    assert_eq!(rows.len(), 22);
    let lamp = rows
        .iter()
        .find(|row| row["codec"] == "plenom_busylight_omega");
    let commands = lamp.unwrap()["commands"].as_array().unwrap();
    assert!(commands.contains(&json!("set_color")));
}

#[tokio::test]
async fn a_file_of_vectors_is_tried_and_closes_with_its_score() {
    let all = codec(&["check", VECTORS]).await;
    assert_eq!(all.code(), Some(0), "{}", all.text());
    assert_eq!(all.lines.last().unwrap(), "284 passed, 0 failed");
    assert!(all.text().contains("set aside: v-160"), "{}", all.text());

    let file = |name: &str, bytes: &[u8]| {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("vectors-{name}"));
        fs::write(&path, bytes).unwrap();
        path.to_string_lossy().into_owned()
    };
    let mut vectors: Vec<Value> =
        serde_json::from_str(&fs::read_to_string(VECTORS).unwrap()).unwrap();
    vectors[9]["expected"]["occupied"] = json!(false);
    let changed = file("changed.json", json!(vectors).to_string().as_bytes());
    let one_off = codec(&["check", &changed]).await;
    assert_eq!(one_off.code(), Some(1), "{}", one_off.text());
    assert_eq!(one_off.lines.last().unwrap(), "283 passed, 1 failed");
    assert!(
        one_off
            .text()
            .contains("failed: v-010 Bosch TPS110: occupied must be false and is true")
    );

    for (name, garbage, why) in [
        ("binary", &b"\xff\xfe\x00"[..], "is no text"),
        ("object", b"{}", "no JSON list of vectors"),
        ("cut", b"[{\"id\":", "no JSON list of vectors"),
        ("none", b"[]", "holds no vectors"),
    ] {
        let refused = codec(&["check", &file(name, garbage)]).await;
        assert_eq!(refused.code(), Some(1), "{name}");
        assert!(refused.text().contains(why), "{}", refused.text());
    }
    let absent = codec(&["check", "/nowhere/at/all.json"]).await;
    assert_eq!(absent.code(), Some(1));
    assert!(
        absent.text().contains("cannot be read"),
        "{}",
        absent.text()
    );
}
