//! What differs between a thing here and the same thing there, and which side changed.

/// A thing as one side has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Side {
    /// What it is called; nothing where nobody called it anything.
    pub(super) name: Option<String>,
    pub(super) is_disabled: bool,
}

/// Both sides of a thing.
#[derive(Clone, Debug, Default)]
pub(super) struct Sides {
    pub(super) here: Option<Side>,
    pub(super) there: Option<Side>,
    /// What both had when they were last the same.
    pub(super) agreed: Option<Side>,
    /// Whether the key here is another than the one that was given last.
    pub(super) is_key_new: bool,
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// `same`, `here`, `there` or `differs`.
    pub(super) state: &'static str,
    /// `name`, `disabled`, `key`.
    pub(super) differs: Vec<String>,
    /// The side that changed, if it is one alone.
    pub(super) changed: Option<&'static str>,
}

const SAME: Found = Found {
    state: "same",
    differs: Vec::new(),
    changed: None,
};

/// Compares; nothing where neither side has it.
pub(super) fn compare(sides: &Sides) -> Option<Found> {
    match (&sides.here, &sides.there) {
        (None, None) => None,
        // What is out of use here need not be there.
        (Some(here), None) if here.is_disabled => Some(SAME),
        (Some(_), None) => Some(Found {
            state: "here",
            // What both had once was taken away there.
            changed: Some(if sides.agreed.is_some() {
                "there"
            } else {
                "here"
            }),
            ..SAME
        }),
        (None, Some(_)) => Some(Found {
            state: "there",
            changed: Some(if sides.agreed.is_some() {
                "here"
            } else {
                "there"
            }),
            ..SAME
        }),
        (Some(here), Some(there)) => Some(both(here, there, sides)),
    }
}

fn both(here: &Side, there: &Side, sides: &Sides) -> Found {
    let mut differs = Vec::new();
    let (mut is_ours, mut is_theirs) = (false, false);
    let is_named = here.name.is_some() && here.name != there.name;
    let is_used = here.is_disabled != there.is_disabled;
    for (part, is_other) in [("name", is_named), ("disabled", is_used)] {
        if !is_other {
            continue;
        }
        differs.push(part.to_owned());
        let changed = |side: &Side| {
            sides.agreed.as_ref().is_none_or(|agreed| match part {
                "name" => side.name != agreed.name,
                _ => side.is_disabled != agreed.is_disabled,
            })
        };
        is_ours |= changed(here);
        is_theirs |= changed(there);
    }
    if sides.is_key_new {
        differs.push("key".to_owned());
        is_ours = true;
    }
    if differs.is_empty() {
        return SAME;
    }
    Found {
        state: "differs",
        differs,
        changed: match (is_ours, is_theirs) {
            (true, false) => Some("here"),
            (false, true) => Some("there"),
            _ => None,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[expect(clippy::unnecessary_wraps, reason = "a side may be absent")]
    fn side(name: &str) -> Option<Side> {
        Some(Side {
            name: Some(name.to_owned()),
            is_disabled: false,
        })
    }

    fn off(name: &str) -> Option<Side> {
        side(name).map(|side| Side {
            is_disabled: true,
            ..side
        })
    }

    #[track_caller]
    fn found(sides: [Option<Side>; 3], expected: (&str, &[&str], Option<&str>)) {
        let [here, there, agreed] = sides;
        let sides = Sides {
            here,
            there,
            agreed,
            is_key_new: false,
        };
        let found = compare(&sides).unwrap();
        let differs: Vec<&str> = found.differs.iter().map(String::as_str).collect();
        assert_eq!((found.state, differs.as_slice(), found.changed), expected);
    }

    #[test]
    fn what_only_one_side_has_is_new_there_or_gone_from_the_other() {
        found([side("a"), None, None], ("here", &[], Some("here")));
        found([side("a"), None, side("a")], ("here", &[], Some("there")));
        found([None, side("a"), None], ("there", &[], Some("there")));
        found([None, side("a"), side("a")], ("there", &[], Some("here")));
        found([off("a"), None, None], ("same", &[], None));
        assert_eq!(compare(&Sides::default()), None);
    }

    #[test]
    fn who_changed_follows_from_what_both_had() {
        let same = [side("a"), side("a"), None];
        found(same, ("same", &[], None));
        let ours = [side("b"), side("a"), side("a")];
        found(ours, ("differs", &["name"], Some("here")));
        let theirs = [side("a"), side("b"), side("a")];
        found(theirs, ("differs", &["name"], Some("there")));
        let both = [side("b"), side("c"), side("a")];
        found(both, ("differs", &["name"], None));
        let unknown = [side("b"), side("c"), None];
        found(unknown, ("differs", &["name"], None));
        let mixed = [off("a"), side("b"), side("a")];
        found(mixed, ("differs", &["name", "disabled"], None));
        let put_out_of_use = [off("a"), side("a"), side("a")];
        found(put_out_of_use, ("differs", &["disabled"], Some("here")));
    }

    #[test]
    fn what_nobody_named_here_has_no_other_name_and_a_new_key_is_ours() {
        let nameless = Some(Side {
            name: None,
            is_disabled: false,
        });
        found([nameless, side("a"), None], ("same", &[], None));
        let sides = Sides {
            here: side("a"),
            there: side("a"),
            agreed: side("a"),
            is_key_new: true,
        };
        let found = compare(&sides).unwrap();
        assert_eq!((found.state, found.changed), ("differs", Some("here")));
        assert_eq!(found.differs, ["key"]);
    }
}
