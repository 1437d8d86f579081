//! CP932 through the writer: every character that it has, and every one that it has twice.
use super::sample::{column, row, written};
use crate::japan::cp932;
use encoding_rs::SHIFT_JIS;

/// Every two bytes that Windows-31J reads as one character, with that character.
fn two_byte_characters() -> Vec<([u8; 2], char)> {
    let leads = (0x81..=0x9F).chain(0xE0..=0xFC);
    let pairs = leads.flat_map(|lead| (0x40..=0xFC).map(move |trail| [lead, trail]));
    pairs
        .filter_map(|pair| {
            let text = SHIFT_JIS.decode_without_bom_handling_and_without_replacement(&pair)?;
            let mut characters = text.chars();
            let first = characters.next().filter(|_| characters.next().is_none())?;
            Some((pair, first))
        })
        .collect()
}

/// Row (区) of JIS X 0208 and its extensions, from 1.
fn jis_row([lead, trail]: [u8; 2]) -> usize {
    let lead = if lead >= 0xE0 { lead - 0xC1 } else { lead - 0x81 };
    usize::from(lead) * 2 + if trail >= 0x9F { 2 } else { 1 }
}

const NEC_ROW: usize = 13;
const LAST_OF_JIS: usize = 84;
const NEC_SELECTED_IBM: std::ops::RangeInclusive<usize> = 89..=92;
const FIRST_OF_USERS: usize = 95;
const FIRST_OF_IBM: usize = 115;

/// The file's bytes for one value, without line end, and how much was told.
fn through(text: &str) -> (Vec<u8>, u64) {
    let layout = column("field = \"user_name\"");
    let (mut bytes, totals) = written(&layout, &[row(&[("user_name", text)])]);
    bytes.pop();
    (bytes, totals.findings_total)
}

#[test]
fn every_character_of_jis_x_0208_goes_out_and_comes_back() {
    let in_jis = |pair| jis_row(pair) <= LAST_OF_JIS && jis_row(pair) != NEC_ROW;
    let characters: Vec<_> = two_byte_characters()
        .into_iter()
        .filter(|(pair, _)| in_jis(*pair))
        .collect();
    assert_eq!(characters.len(), 6879, "as many as the standard has");
    for (pair, character) in characters {
        assert_eq!(through(&character.to_string()), (pair.to_vec(), 0), "{character}");
    }
}

#[test]
fn every_character_of_the_vendors_comes_back_and_only_its_second_place_is_lost() {
    let mut twice = vec![];
    let mut characters = 0;
    for (pair, character) in two_byte_characters() {
        let row = jis_row(pair);
        if row <= LAST_OF_JIS && row != NEC_ROW || (FIRST_OF_USERS..FIRST_OF_IBM).contains(&row) {
            continue;
        }
        characters += 1;
        let (bytes, told) = through(&character.to_string());
        assert_eq!(told, 0, "{character}");
        assert_eq!(cp932::decode(&bytes), Some(character.to_string()));
        if bytes != pair {
            twice.push((row, character));
        }
    }
    assert_eq!(characters, 83 + 374 + 388, "NEC row 13, NEC selected IBM, IBM");
    // The character stays; it only goes to the place that Windows prefers. These have two places:
    let of = |rows: std::ops::RangeInclusive<usize>| twice.iter().filter(|(r, _)| rows.contains(r)).count();
    // … NEC row 13 repeats nine signs of JIS (≒ ≡ ∫ √ ⊥ ∠ ∵ ∩ ∪);
    assert_eq!(of(NEC_ROW..=NEC_ROW), 9);
    // … all that NEC selected from IBM stand in IBM's own rows, or (¬) in JIS;
    assert_eq!(of(NEC_SELECTED_IBM), 374);
    // … and IBM's rows repeat ¬ ∵ of JIS and Ⅰ–Ⅹ ㈱ № ℡ of NEC row 13.
    assert_eq!(of(FIRST_OF_IBM..=119), 15);
    assert_eq!(twice.len(), 398, "the number that Windows documents");
}

#[test]
fn half_width_katakana_and_ascii_are_one_byte_each() {
    let text: String = ('\u{FF61}'..='\u{FF9F}')
        .chain(' '..='~')
        .filter(|c| !matches!(c, '"' | ','))
        .collect();
    let (bytes, told) = through(&text);
    assert_eq!((bytes.len(), told), (text.chars().count(), 0));
    assert_eq!(cp932::decode(&bytes), Some(text));
}

#[test]
fn a_character_of_somebodys_own_is_reported() {
    for (pair, character) in two_byte_characters() {
        if (FIRST_OF_USERS..FIRST_OF_IBM).contains(&jis_row(pair)) {
            let (bytes, told) = through(&character.to_string());
            assert_eq!((cp932::decode(&bytes).as_deref(), told), (Some("〓"), 1), "{character}");
        }
    }
}
