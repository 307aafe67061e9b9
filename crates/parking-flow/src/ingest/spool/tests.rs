//! The file of the spool, on a real disk.

use chrono::DateTime;
use parking_domain::ids::{TenantId, fresh};

use super::record::Salt;
use super::*;
use crate::ingest::Road;
use crate::ingest::tests::Folder;

const ROOM: u64 = 1 << 20;

fn parcel(number: u8) -> Parcel {
    Parcel {
        tenant: TenantId(fresh()),
        at: DateTime::from_timestamp(1_800_000_000, 0).expect("an instant"),
        road: Road::Tts,
        body: vec![number; 40],
    }
}

/// The numbers of those that wait.
fn numbers(file: &mut SpoolFile) -> Vec<u8> {
    let mut found = Vec::new();
    loop {
        let batch = file.next().expect("a batch");
        found.extend(batch.parcels.iter().map(|parcel| parcel.body[0]));
        let is_last = batch.is_last;
        file.drained(&batch);
        if is_last {
            return found;
        }
    }
}

/// The bytes of a spool with three parcels in it, and where each ends.
fn three() -> (Vec<u8>, Vec<usize>) {
    let folder = Folder::new();
    let mut file = SpoolFile::open(&folder.0, ROOM).expect("a spool");
    let path = folder.0.join("messages");
    let mut ends = Vec::new();
    for number in 1..=3 {
        assert_eq!(file.keep(&[parcel(number)]), [Ok(())]);
        ends.push(std::fs::read(&path).expect("a file").len());
    }
    (std::fs::read(&path).expect("a file"), ends)
}

/// A spool whose file is this.
fn of_bytes(bytes: &[u8]) -> (Folder, SpoolFile) {
    let folder = Folder::new();
    std::fs::create_dir(&folder.0).expect("a folder");
    std::fs::write(folder.0.join("messages"), bytes).expect("a file");
    let file = SpoolFile::open(&folder.0, ROOM).expect("a spool");
    (folder, file)
}

#[test]
fn torn_anywhere_what_is_whole_is_kept_and_more_can_be_kept() {
    let (bytes, ends) = three();
    for length in 0..bytes.len() {
        let (_folder, mut file) = of_bytes(&bytes[..length]);
        let whole = ends.iter().filter(|end| **end <= length).count();
        assert_eq!(file.depth, whole as u64, "torn at {length}");
        assert_eq!(file.keep(&[parcel(9)]), [Ok(())]);
        let mut expected: Vec<u8> = (1..=3).take(whole).collect();
        expected.push(9);
        assert_eq!(numbers(&mut file), expected, "torn at {length}");
    }
}

#[test]
fn a_damaged_middle_is_set_aside_and_the_others_are_kept() {
    let (bytes, ends) = three();
    for at in ends[0]..ends[1] {
        let mut damaged = bytes.clone();
        damaged[at] ^= 0x55;
        let (folder, mut file) = of_bytes(&damaged);
        assert_eq!(numbers(&mut file), [1, 3], "damaged at {at}");
        let aside = std::fs::read(folder.0.join("set-aside")).expect("what was set aside");
        assert_eq!(aside, damaged[ends[0]..ends[1]], "damaged at {at}");
        assert_eq!((file.depth, file.bytes()), (0, 0));
    }
}

#[test]
fn a_body_that_looks_like_a_record_is_none_wherever_the_file_breaks() {
    let (folder, mut file) = of_bytes(b"");
    let foreign = record::write(&Salt::default(), &parcel(66)).expect("a record");
    let forged = Parcel {
        body: foreign,
        ..parcel(0)
    };
    assert_eq!(file.keep(&[forged, parcel(2)]), [Ok(()), Ok(())]);
    let mut bytes = std::fs::read(folder.0.join("messages")).expect("a file");
    drop(file);
    // The first mark is damaged; the next in the file is the forged one.
    bytes[24] ^= 1;
    let (_other, mut file) = of_bytes(&bytes);
    assert_eq!(numbers(&mut file), [2]);
}

#[test]
fn a_damaged_place_before_bodies_full_of_marks_is_passed_in_no_time() {
    let (folder, mut file) = of_bytes(b"");
    let body = b"\xa7parcel\n\x00\x00\x0c\x00".repeat(80_000);
    let marks = Parcel { body, ..parcel(1) };
    assert_eq!(file.keep(&[parcel(7)]), [Ok(())]);
    let damaged = std::fs::read(folder.0.join("messages"))
        .expect("a file")
        .len()
        - 1;
    drop(file);
    let mut room = SpoolFile::open(&folder.0, 16 * ROOM).expect("a spool");
    let verdicts = room.keep(&[marks, parcel(2)]);
    assert_eq!(verdicts, [Ok(()), Ok(())]);
    let mut bytes = std::fs::read(folder.0.join("messages")).expect("a file");
    drop(room);
    // The first record and the mark of the second are damaged: all that is in it looks like marks of
    // long records, each of which would be digested.
    bytes[damaged] ^= 1;
    bytes[damaged + 1] ^= 1;
    let began = std::time::Instant::now();
    let (_other, mut file) = of_bytes(&bytes);
    assert_eq!(numbers(&mut file), [2]);
    assert!(began.elapsed().as_secs() < 5, "{:?}", began.elapsed());
}

#[test]
fn garbage_is_survived() {
    let mut seed = 7_u64;
    let mut random = || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        seed.to_be_bytes()[3]
    };
    let (bytes, _) = three();
    for _ in 0..200 {
        let mut garbage = bytes.clone();
        for _ in 0..random() % 40 {
            let at = usize::from(random()) * garbage.len() / 256;
            garbage[at] = random();
        }
        garbage.truncate(usize::from(random()) * bytes.len() / 200);
        let (_folder, mut file) = of_bytes(&garbage);
        let found = numbers(&mut file);
        assert!(found.is_sorted() && found.len() <= 3, "{found:?}");
    }
}

#[test]
fn what_has_no_room_is_refused_and_what_has_is_kept() {
    let folder = Folder::new();
    let record = record::write(&Salt::default(), &parcel(1)).expect("a record");
    let room = 24 + 5 * record.len() as u64 / 2;
    let mut file = SpoolFile::open(&folder.0, room).expect("a spool");
    let long = Parcel {
        body: vec![8; 600],
        ..parcel(8)
    };
    let verdicts = file.keep(&[parcel(1), long.clone(), parcel(2)]);
    assert_eq!(verdicts, [Ok(()), Err(KeepError::Full), Ok(())]);
    assert_eq!(file.keep(&[parcel(3)]), [Err(KeepError::Full)]);
    assert_eq!(numbers(&mut file), [1, 2]);
    assert_eq!(file.keep(&[long]), [Err(KeepError::Full)]);
    assert_eq!(file.keep(&[parcel(4)]), [Ok(())]);
}

#[test]
fn who_floods_leaves_half_of_the_room_to_others_and_a_restart_does_not_forget_who() {
    let folder = Folder::new();
    let flood = parcel(1);
    let record = record::write(&Salt::default(), &flood).expect("a record");
    let room = 24 + 9 * record.len() as u64;
    let mut file = SpoolFile::open(&folder.0, room).expect("a spool");
    let verdicts = file.keep(&vec![flood.clone(); 9]);
    assert_eq!(verdicts.iter().filter(|kept| kept.is_ok()).count(), 4);
    drop(file);
    let mut file = SpoolFile::open(&folder.0, room).expect("a spool");
    assert_eq!(
        file.keep(&[flood.clone(), parcel(2)]),
        [Err(KeepError::Full), Ok(())]
    );
    assert_eq!(numbers(&mut file), [1, 1, 1, 1, 2]);
    assert_eq!(file.keep(&[flood]), [Ok(())]);
}

#[test]
fn one_server_has_it() {
    let folder = Folder::new();
    let _first = Spool::open(&folder.0, ROOM).expect("a spool");
    let second = Spool::open(&folder.0, ROOM).map(drop);
    assert!(matches!(second, Err(OpenError::Taken)), "{second:?}");
}

#[tokio::test]
async fn what_comes_together_is_all_there_when_it_is_opened_again() {
    let folder = Folder::new();
    let spool = Spool::open(&folder.0, ROOM).expect("a spool");
    let kept = (0..200).map(|number| {
        let (spool, parcel) = (spool.clone(), parcel(number));
        async move { spool.keep_if(true, &parcel).await }
    });
    let mut all = tokio::task::JoinSet::new();
    kept.for_each(|one| drop(all.spawn(one)));
    assert!(
        all.join_all()
            .await
            .into_iter()
            .all(|kept| kept == Ok(true))
    );
    let bytes = std::fs::read(folder.0.join("messages")).expect("a file");
    let (_other, mut file) = of_bytes(&bytes);
    let mut found = numbers(&mut file);
    found.sort_unstable();
    assert_eq!(found, (0..200).collect::<Vec<u8>>());
}
