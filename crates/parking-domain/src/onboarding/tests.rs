//! What labels say of devices, and what is none.

use proptest::prelude::*;

use super::*;

/// The example of the recommendation.
const PRINTED: &str =
    "LW:D0:1122334455667788:AABBCCDDEEFF0011:AABB1122:OAABBCCDDEEFF:SYYWWNNNNNN:PFOOBAR:CAF2C"; // typos: ignore

/// Its checksum.
const SUM: &str = ":CAF2C"; // typos: ignore

fn dev_eui() -> Eui64 {
    "AABBCCDDEEFF0011".parse().unwrap()
}

fn refusal(text: &str) -> String {
    read(text).unwrap_err().to_string()
}

#[test]
fn the_published_example_is_read_whole_and_its_checksum_fits() {
    let code = read(PRINTED).unwrap();
    let wanted = DeviceCode {
        form: CodeForm::Tr005,
        join_eui: "1122334455667788".parse().ok(),
        dev_eui: dev_eui(),
        vendor_id: Some(0xaabb),
        profile_id: Some(0x1122),
        owner_token: Some("AABBCCDDEEFF".to_owned()),
        serial: Some("YYWWNNNNNN".to_owned()),
        proprietary: Some("FOOBAR".to_owned()),
        unread: Vec::new(),
        checksum: Checksum::Right,
    };
    assert_eq!(code, wanted);
    assert_eq!(code.to_text(), PRINTED);
}

#[test]
fn a_code_typed_off_in_lower_case_with_spaces_around_it_is_the_same() {
    let code = read(&format!("  {}\r\n", PRINTED.to_lowercase())).unwrap();
    assert_eq!(code.dev_eui, dev_eui());
    assert_eq!(code.checksum, Checksum::Right);
}

#[test]
fn a_mistyped_code_is_read_and_said_to_be_wrong() {
    let code = read(&PRINTED.replace("FOOBAR", "F00BAR")).unwrap();
    assert_eq!(code.checksum, Checksum::Wrong);
    let code = read(&PRINTED.replace(SUM, ":C")).unwrap();
    assert_eq!(code.checksum, Checksum::Wrong);
    let code = read(&PRINTED.replace(SUM, "")).unwrap();
    assert_eq!(code.checksum, Checksum::Absent);
    let code = read("LW:D0:C122334455667788:CABBCCDDEEFF0011:CABB1122").unwrap();
    assert_eq!(code.checksum, Checksum::Absent);
}

#[test]
fn an_extension_nobody_knows_is_kept_and_shown() {
    let code = read("LW:D0:1122334455667788:AABBCCDDEEFF0011:AABB1122:X1:S7:").unwrap();
    assert_eq!(code.unread, ["X1"]);
    assert_eq!(code.serial.as_deref(), Some("7"));
}

#[test]
fn both_drafts_are_read_with_either_separator() {
    for (text, form) in [
        (
            "URN:DEV:LW:42FFFFFFFFFFFFFF_4242FFFFFFFFFFFF_42FFFF42_V0102_SSERIAL",
            CodeForm::Tr005Draft3,
        ),
        (
            "URN:DEV:LW:42FFFFFFFFFFFFFF:4242FFFFFFFFFFFF:42FFFF42:V0102:SSERIAL",
            CodeForm::Tr005Draft3,
        ),
        (
            "urn:lw:dp:42ffffffffffffff:4242ffffffffffff:42ffff42:%V0102%SSERIAL",
            CodeForm::Tr005Draft2,
        ),
        (
            "URN:LW:DP:42FFFFFFFFFFFFFF_4242FFFFFFFFFFFF_42FFFF42_%V0102_%SSERIAL",
            CodeForm::Tr005Draft2,
        ),
    ] {
        let code = read(text).unwrap();
        assert_eq!(code.form, form, "{text}");
        assert_eq!(code.join_eui.unwrap().to_string(), "42FFFFFFFFFFFFFF");
        assert_eq!(code.dev_eui.to_string(), "4242FFFFFFFFFFFF");
        assert_eq!(
            (code.vendor_id, code.profile_id),
            (Some(0x42ff), Some(0xff42))
        );
        assert_eq!(code.owner_token.as_deref(), Some("0102"));
        assert_eq!(code.serial.as_deref(), Some("SERIAL"), "{text}");
        assert_eq!(code.checksum, Checksum::Absent);
    }
}

#[test]
fn a_makers_own_text_gives_its_identifier_if_there_is_one() {
    for text in [
        "AABBCCDDEEFF0011",
        "aa-bb-cc-dd-ee-ff-00-11",
        "AABBCCDDEEFF0011,000102030405060708090A0B0C0D0E0F",
        "DEVEUI:AABBCCDDEEFF0011",
        "DEVEUI:AABBCCDDEEFF0011:APPKEY:000102030405060708090A0B0C0D0E0F",
        "DevEUI: AA:BB:CC:DD:EE:FF:00:11 SN: 6136A3",
        "{\"deveui\":\"AABBCCDDEEFF0011\",\"appkey\":\"000102030405060708090A0B0C0D0E0F\"}",
        "SN=17\nDev EUI=aabbccddeeff0011\nAPP KEY=000102030405060708090a0b0c0d0e0f",
        "https://maker.example/d?id=AABBCCDDEEFF0011",
    ] {
        let code = read(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(code, bare(dev_eui()), "{text}");
    }
    let code = read("APPEUI:1122334455667788 DEVEUI:AABBCCDDEEFF0011").unwrap();
    assert_eq!(code.join_eui.unwrap().to_string(), "1122334455667788");
    assert_eq!(
        code.to_text(),
        "LW:D0:1122334455667788:AABBCCDDEEFF0011:00000000:CAC12"
    );
}

#[test]
fn the_refusal_names_the_part_and_what_was_found() {
    assert_eq!(refusal(" \n"), "must not be empty");
    assert_eq!(
        refusal("LW:D1:1122334455667788"),
        "begins with LW: but the edition is \"D1\", and only D0 is known"
    );
    assert_eq!(refusal("LW:D0:1122334455667788"), "the DevEUI is missing");
    assert_eq!(
        refusal("LW:D0:1122334455667788:AABBCCDDEEFF00:AABB1122"),
        "the DevEUI \"AABBCCDDEEFF00\" must have 16 hexadecimal digits; this has 14"
    );
    assert_eq!(
        refusal("URN:DEV:LW:112233445566778X_AABBCCDDEEFF0011_AABB1122"),
        "the JoinEUI \"112233445566778X\" must be hexadecimal digits; character 16 is 'X'"
    );
    assert_eq!(
        refusal("LW:D0:1122334455667788:AABBCCDDEEFF0011:AABB11"),
        "the profile \"AABB11\" must have 8 hexadecimal digits"
    );
    assert_eq!(
        refusal("LW:D0:1122334455667788:AABBCCDDEEFF0011:AABB1122:S1:S2"),
        "the serial number appears twice"
    );
    assert_eq!(
        refusal("1122334455667788,AABBCCDDEEFF0011"),
        "holds both 1122334455667788 and AABBCCDDEEFF0011, and does not say which is the DevEUI"
    );
    assert_eq!(read("A-017"), Err(CodeError::NotACode));
    assert_eq!(read(&"A".repeat(2_000)), Err(CodeError::TooLong));
    assert_eq!(
        read("LW:D0:1122334455667788:AABBCCDDEEFF0011:AABB1122:S1\u{0}2"),
        Err(CodeError::Invisible)
    );
}

proptest! {
    #[test]
    fn a_printed_label_reads_back(
        join: [u8; 8], dev: [u8; 8], vendor_id: u16, profile_id: u16,
        owner_token in proptest::option::of("[0-9A-F]{1,12}"),
        serial in proptest::option::of("[A-Z0-9_%-]{1,12}"),
    ) {
        let code = DeviceCode {
            form: CodeForm::Tr005,
            join_eui: Some(Eui64::from_bytes(join)),
            vendor_id: Some(vendor_id),
            profile_id: Some(profile_id),
            owner_token,
            serial,
            checksum: Checksum::Right,
            ..bare(Eui64::from_bytes(dev))
        };
        prop_assert_eq!(read(&code.to_text()), Ok(code));
    }

    #[test]
    fn one_wrong_character_is_noticed(at in 6_usize..PRINTED.len() - 6, letter in "[0-9A-F]") {
        let mut text = PRINTED.to_owned();
        let kept = &PRINTED[at..=at];
        prop_assume!(kept != ":" && kept != letter);
        text.replace_range(at..=at, &letter);
        prop_assert!(!read(&text).is_ok_and(|code| code.checksum == Checksum::Right));
    }

    #[test]
    fn a_label_that_was_torn_or_smeared_is_read_or_refused_in_a_few_words(
        label in proptest::sample::select(vec![
            PRINTED,
            "URN:DEV:LW:42FFFFFFFFFFFFFF_4242FFFFFFFFFFFF_42FFFF42_V0102_SSERIAL",
            "URN:LW:DP:42FFFFFFFFFFFFFF:4242FFFFFFFFFFFF:42FFFF42:%V0102%SSERIAL",
            "DevEUI: AA:BB:CC:DD:EE:FF:00:11 JoinEUI=1122334455667788 SN: 6136A3",
        ]),
        changes in proptest::collection::vec(
            (any::<proptest::sample::Index>(), "[0-9A-Fa-f:_%CSPOV é\u{200b}€]{0,3}"),
            1..5,
        ),
    ) {
        let mut letters: Vec<char> = label.chars().collect();
        for (at, other) in changes {
            let at = at.index(letters.len().max(1)).min(letters.len());
            letters.splice(at..(at + 1).min(letters.len()), other.chars());
        }
        let text: String = letters.into_iter().collect();
        match read(&text) {
            Ok(code) => {
                let again = read(&code.to_text()).map(|again| again.dev_eui);
                prop_assert_eq!(again, Ok(code.dev_eui));
            }
            Err(refusal) => prop_assert!(refusal.to_string().len() <= text.len() + 200),
        }
    }

    #[test]
    fn no_text_makes_it_panic(
        text in "(LW:D0:|URN:LW:DP:|URN:DEV:LW:|DEVEUI)[0-9A-Fé:_%SVOPC]{0,80}|\\PC*|.*",
    ) {
        if let Ok(code) = read(&text) {
            let again = read(&code.to_text());
            prop_assert_eq!(again.map(|again| again.dev_eui), Ok(code.dev_eui));
        }
    }
}
