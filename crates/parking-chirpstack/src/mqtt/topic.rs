//! ChirpStack's topics.

use parking_domain::eui::Eui64;

use crate::wire::EventKind;

/// Every event of every device, and no echo of a command.
const EVENTS: &str = "application/+/device/+/event/+";

/// The longest application identifier that is one; they are UUIDs.
const APPLICATION_CHARS_MAX: usize = 100;

/// What is subscribed to.
pub(super) fn filter(group: Option<&str>) -> String {
    group.map_or_else(
        || EVENTS.to_owned(),
        |group| format!("$share/{group}/{EVENTS}"),
    )
}

/// Where ChirpStack takes commands to a device.
pub(super) fn command(application: &str, dev_eui: Eui64) -> String {
    let dev_eui = dev_eui.to_string().to_lowercase();
    format!("application/{application}/device/{dev_eui}/command/down")
}

/// What a topic says: the application, the device and the kind of event; none if it is not one of
/// those that are read.
pub(super) fn parse(topic: &[u8]) -> Option<(String, Eui64, EventKind)> {
    let mut parts = std::str::from_utf8(topic).ok()?.split('/');
    let mut fixed = |word: &str| (parts.next()? == word).then(|| parts.next()).flatten();
    let application = fixed("application")?;
    let device = fixed("device")?;
    let kind = EventKind::by_name(fixed("event")?)?;
    let is_whole = parts.next().is_none();
    let is_identifier = !application.is_empty()
        && application.len() <= APPLICATION_CHARS_MAX
        && !application.contains(char::is_control);
    let dev_eui = (device.len() == 16)
        .then(|| device.parse().ok())
        .flatten()?;
    (is_whole && is_identifier).then(|| (application.to_owned(), dev_eui, kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_topic_names_application_device_and_kind() {
        let topic = b"application/deb86e58/device/70b3d57ed0000003/event/txack";
        let (application, dev_eui, kind) = parse(topic).unwrap();
        assert_eq!(application, "deb86e58");
        assert_eq!(dev_eui.to_string(), "70B3D57ED0000003");
        assert_eq!(kind, EventKind::TxAck);
    }

    #[test]
    fn other_topics_are_none() {
        for topic in [
            "",
            "application",
            "application/a/device/70b3d57ed0000003/event",
            "application/a/device/70b3d57ed0000003/event/up/more",
            "application/a/device/70b3d57ed0000003/event/integration",
            "application/a/device/70b3d57ed0000003/command/down",
            "application//device/70b3d57ed0000003/event/up",
            "application/a\0b/device/70b3d57ed0000003/event/up",
            "application/a/device/70b3/event/up",
            "application/a/device/70b3d57ed000000g/event/up",
            "gateway/a/device/70b3d57ed0000003/event/up",
        ] {
            assert_eq!(parse(topic.as_bytes()), None, "{topic}");
        }
        assert_eq!(
            parse(b"application/\xff/device/70b3d57ed0000003/event/up"),
            None
        );
    }
}
