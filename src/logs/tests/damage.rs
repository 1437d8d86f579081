//! Lines deleted, edited, moved or put in by hand are found.
use super::{super::*, Clock, found, health_and_writer};
use proptest::{prelude::*, sample::Index};
use std::fs;

/// What a hand can do to the lines of three days.
#[derive(Clone, Debug)]
enum Damage {
    Delete(Index),
    Edit(Index, Index, u8),
    Renumber(Index, u64),
    Swap(Index, Index),
    Double(Index),
    Insert(Index, String),
    DeleteDay(Index),
}

fn damage() -> impl Strategy<Value = Damage> {
    let at = any::<Index>;
    prop_oneof![
        at().prop_map(Damage::Delete),
        (at(), at(), any::<u8>()).prop_map(|(line, byte, to)| Damage::Edit(line, byte, to)),
        (at(), 1..60u64).prop_map(|(line, seq)| Damage::Renumber(line, seq)),
        (at(), at()).prop_map(|(a, b)| Damage::Swap(a, b)),
        at().prop_map(Damage::Double),
        (at(), "[ -~]{0,12}").prop_map(|(line, text)| Damage::Insert(line, text)),
        at().prop_map(Damage::DeleteDay),
    ]
}

/// The lines of each day.
type Lines = Vec<Vec<String>>;

fn three_days() -> Lines {
    let line = |n: usize| format!("{{\"seq\":{},\"fields\":{{\"route\":\"/{n}\"}}}}\n", n + 20);
    (0..3).map(|day| (0..9).map(|n| line(9 * day + n)).collect()).collect()
}

/// Damages the lines, and says whether the numbers alone show it.
fn apply(damage: &Damage, days: &mut Lines) -> bool {
    let place = |index: &Index| (index.index(27) / 9, index.index(27) % 9);
    match damage {
        Damage::Delete(at) => {
            let (day, line) = place(at);
            days[day].remove(line);
            !matches!((day, line), (0, 0) | (2, 8))
        }
        Damage::Edit(at, byte, to) => {
            let (day, line) = place(at);
            days[day][line] = with_byte(&days[day][line], byte, to & 127);
            false
        }
        Damage::Renumber(at, seq) => {
            let (day, line) = place(at);
            let old = 20 + 9 * day as u64 + line as u64;
            let new = if *seq == old { 99 } else { *seq };
            days[day][line] = days[day][line].replace(&format!(":{old},"), &format!(":{new},"));
            true
        }
        Damage::Swap(a, b) => {
            let ((day_a, a), (day_b, b)) = (place(a), place(b));
            let (old_a, old_b) = (days[day_a][a].clone(), days[day_b][b].clone());
            (days[day_a][a], days[day_b][b]) = (old_b, old_a);
            true
        }
        Damage::Double(at) => {
            let (day, line) = place(at);
            let again = days[day][line].clone();
            days[day].insert(line, again);
            true
        }
        Damage::Insert(at, text) => {
            let (day, line) = place(at);
            days[day].insert(line, format!("{text}\n"));
            true
        }
        Damage::DeleteDay(at) => {
            let day = at.index(3);
            days[day].clear();
            day == 1
        }
    }
}

fn with_byte(line: &str, at: &Index, to: u8) -> String {
    let mut bytes = line.as_bytes().to_vec();
    let at = at.index(bytes.len());
    bytes[at] = if bytes[at] == to { b'~' } else { to };
    String::from_utf8(bytes).unwrap()
}

fn store(folder: &Path, days: &Lines) {
    for (day, lines) in (22..).zip(days) {
        let path = folder.join(format!("access.2026-11-{day}.jsonl"));
        match lines.is_empty() {
            true => fs::remove_file(path).unwrap(),
            false => fs::write(path, lines.concat()).unwrap(),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]
    #[test]
    fn every_damage_is_found_by_numbers_or_by_digests(damage in damage()) {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let mut days = three_days();
        store(folder, &days);
        let files = Log::Access.days(folder).unwrap().into_values();
        let digests: Vec<_> = files.map(|path| digest(&path).unwrap()).collect();
        prop_assert_eq!(found(folder), []);
        prop_assert_eq!(compare(folder, &digests).unwrap(), []);
        let by_numbers = apply(&damage, &mut days);
        let changed = days != three_days();
        store(folder, &days);
        let findings = check(folder).unwrap().unexplained().count();
        prop_assert!(findings > 0 || !by_numbers || !changed, "not found by numbers");
        let by_digest = compare(folder, &digests).unwrap().len();
        prop_assert_eq!(findings + by_digest > 0, changed);
        if let (Damage::Edit(..), 0) = (&damage, findings) {
            prop_assert_eq!(by_digest, 1);
        }
    }
}

#[test]
fn a_clock_that_was_moved_back_is_told() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), Clock::default());
    let folder = folder.path();
    let (health, mut log) = health_and_writer(folder, &clock);
    // Half an hour on and twenty minutes back, within the day.
    for minutes in [0, 30, -20, 1] {
        clock.add(minutes);
        let at = stamp(clock.now()());
        log.write(&[format!("{{\"timestamp\":\"{at}\"}}\n").into_bytes()]);
        assert_eq!(health.clock_is_behind(), minutes <= 1 && minutes != 0, "{minutes}");
    }
    log.stop();
    assert_eq!(found(folder), [Found::ClockBack(20 * 60)]);
    assert_eq!(check(folder).unwrap().unexplained().count(), 0, "nobody hid a line");
    // The next start knows how far the clock had been.
    clock.add(-5);
    let (later, _log) = health_and_writer(folder, &clock);
    assert!(later.clock_is_behind());
}
