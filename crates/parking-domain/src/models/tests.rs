//! The catalogue keeps what it promises.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

fn bytes(hex: &str) -> Vec<u8> {
    let pairs = hex.as_bytes().chunks(2);
    pairs
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}

fn guessed(port: Option<u8>, hex: &str) -> Option<&'static str> {
    guess(None, port, &bytes(hex)).map(|model| model.slug)
}

#[test]
fn every_model_is_there_once_and_whole() {
    assert_eq!(CATALOGUE.len(), 22);
    let slugs: BTreeSet<_> = CATALOGUE.iter().map(|model| model.slug).collect();
    let codecs: BTreeSet<_> = CATALOGUE.iter().map(|model| model.codec).collect();
    assert_eq!((slugs.len(), codecs.len()), (22, 22));
    for model in CATALOGUE {
        assert_eq!(find(model.slug), Some(model));
        assert_eq!(model.codec.replace('_', "-"), model.slug);
        assert!(!model.vendor.is_empty() && !model.name.is_empty() && !model.notes.is_empty());
        assert!(model.senses.is_some() || model.can_display());
        assert!(!model.is_light_reported || model.can_display());
        assert_eq!(model.heartbeat_s, model.heartbeat_s.filter(|s| *s > 0));
        let ports: Vec<_> = model.ports_up.iter().chain(model.ports_down).collect();
        assert!(ports.iter().all(|port| (1..=223).contains(*port)));
    }
    assert_eq!(find("bosch"), None);
}

#[test]
fn what_can_serve_a_bay_is_told_from_what_cannot() {
    let cannot: Vec<_> = CATALOGUE
        .iter()
        .filter(|model| !model.can_sense() && !model.can_display())
        .map(|model| model.slug)
        .collect();
    assert_eq!(cannot, ["nwave-ncc405", "dragino-lds02"]);
    assert!(
        CATALOGUE
            .iter()
            .all(|model| model.can_sense() != model.can_display() || !model.can_sense())
    );
}

#[test]
fn lamp_codes_are_payloads_a_lamp_accepts() {
    for model in CATALOGUE {
        let Some(codes) = model.lamp_codes else {
            assert!(
                matches!(model.displays, None | Some(Display::Count)),
                "{}",
                model.slug
            );
            continue;
        };
        let all = [
            codes.free,
            codes.occupied,
            codes.reserved,
            codes.maintenance,
            codes.unknown,
        ];
        for code in all {
            let code = bytes(code);
            match model.displays {
                Some(Display::Lamp) => {
                    assert_eq!(code.len(), 5);
                    assert!(code[3] > 0 && code[4] == 0, "steady light");
                }
                Some(Display::State) => assert_eq!(code.len(), 1),
                _ => {
                    assert_eq!(code[..3], [0xfb, 0x01, 0x00]);
                    let text = &code[4..code.len() - 3];
                    assert_eq!(usize::from(code[3]), text.len());
                    assert!(std::str::from_utf8(text).is_ok());
                    assert_eq!(code[code.len() - 3..], [0xff, 0x3d, 0x02]);
                }
            }
        }
        assert_eq!(
            all[..4].iter().collect::<BTreeSet<_>>().len(),
            4,
            "{}",
            model.slug
        );
    }
}

#[test]
fn a_frame_with_a_mark_of_its_own_gives_its_model_away() {
    assert_eq!(
        guessed(Some(102), "01bb340400dc7801"),
        Some("browan-tbms100")
    );
    assert_eq!(
        guessed(Some(15), "d0ffffff1e00000008000000060000000000ffff00290c01"),
        Some("plenom-busylight-omega")
    );
    assert_eq!(
        guessed(
            Some(1),
            "7e1165f027b20009001d010002010023031c003c29020de92506f01df040fd6f3201000b011635012600007e"
        ),
        None
    );
    assert_eq!(
        guessed(
            Some(1),
            "7e1165f027b20009000e0100030182050113060300003c22010300007e"
        ),
        Some("moko-lw009-ig")
    );
    assert_eq!(
        guessed(Some(3), "00000000990200d100050000001d020200"),
        Some("bosch-tps110")
    );
    assert_eq!(guessed(Some(10), "d1201f345678"), Some("nwave-nps405"));
    assert_eq!(guessed(None, "1566013766"), Some("pni-placepod"));
    assert_eq!(
        guessed(Some(85), "fb01000746726565203234"),
        Some("milesight-ds3604")
    );
    assert_eq!(guessed(None, "03070100010a16"), Some("kosmos-parking"));
    assert_eq!(guessed(None, "03070100010a17"), None);
}

#[test]
fn a_frame_that_could_be_anybodys_gives_nothing_away() {
    for (port, frame) in [
        (1, "01"),
        (1, "00"),
        (2, "0100"),
        (3, "0102030401"),
        (1, "ffc3"),
        (85, "017564"),
    ] {
        assert_eq!(guessed(Some(port), frame), None, "{frame}");
    }
    let lamp = Eui64::from_bytes([0x20, 0x20, 0x20, 1, 2, 3, 4, 5]);
    let model = guess(Some(lamp), Some(15), &bytes("0906d0ffffff"));
    assert_eq!(
        model.map(|model| model.slug),
        Some("plenom-busylight-omega")
    );
}

proptest! {
    #[test]
    fn no_frame_makes_it_panic(port: Option<u8>, frame: Vec<u8>, mark in 0_usize..4) {
        let marks: [&[u8]; 4] = [&[], &[0x80, 0x00], &[0x7e, 0x11], &[0x03, 0x07, 0x01]];
        let mut marked = marks[mark].to_vec();
        marked.extend(frame);
        marked.push(0x7e);
        guess(None, port, &marked);
        guess(None, Some(1), &marked);
    }
}
