//! What passed by while the parts of a workbook were looked over.

use std::collections::BTreeMap;

use crate::{table::Tally, xml::Tag};

/// What is known of a workbook before a library reads it.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// Whether there are programs in it.
    pub(crate) has_macros: bool,
    /// Whether it says who wrote it.
    pub(crate) has_author: bool,
    /// The relations of the sheets, in the order of the workbook.
    sheets: Vec<String>,
    /// By relation: the part.
    targets: BTreeMap<String, String>,
    /// By part: what was seen in it.
    parts: BTreeMap<String, SheetSeen>,
}

/// What was seen of a sheet that its values do not show.
#[derive(Debug, Default)]
pub(crate) struct SheetSeen {
    /// Cells whose value a formula makes.
    pub(crate) formulas: Tally,
    /// How many rows are hidden.
    pub(crate) hidden_rows: u64,
    /// How many runs of columns are hidden.
    pub(crate) hidden_columns: u64,
    /// Whether a cell has an address that no sheet has.
    has_odd_address: bool,
    /// The cell that was begun last.
    cell: (u32, u32),
}

impl Seen {
    /// Takes the name of a part.
    pub(crate) fn part(&mut self, name: &str) {
        self.has_macros |= name.ends_with("vbaProject.bin") || name.starts_with("Basic/");
    }

    /// Takes a tag of a part.
    pub(crate) fn tag(&mut self, part: &str, tag: Tag<'_>) {
        match part {
            "xl/workbook.xml" if tag.name == b"sheet" => {
                self.sheets.push(text(tag.attribute("id")));
            }
            "xl/_rels/workbook.xml.rels" if tag.name == b"Relationship" => {
                let target = text(tag.attribute("Target"));
                let target = match target.strip_prefix('/') {
                    Some(absolute) => absolute.to_owned(),
                    None => format!("xl/{target}"),
                };
                self.targets.insert(text(tag.attribute("Id")), target);
            }
            "docProps/core.xml" | "meta.xml" => {
                let names_one = matches!(tag.name, b"creator" | b"lastModifiedBy" | b"initial-creator");
                self.has_author |= names_one && !tag.is_whole();
            }
            _ if part.starts_with("xl/worksheets/") => {
                self.parts.entry(part.to_owned()).or_default().tag(tag);
            }
            _ => {}
        }
    }

    /// Whether a cell of the part has an address that no sheet has.
    pub(crate) fn has_odd_address(&self, part: &str) -> bool {
        self.parts.get(part).is_some_and(|seen| seen.has_odd_address)
    }

    /// What was seen of a sheet, by its place in the workbook.
    pub(crate) fn sheet(&self, index: usize) -> Option<&SheetSeen> {
        self.parts.get(self.targets.get(self.sheets.get(index)?)?)
    }
}

impl SheetSeen {
    fn tag(&mut self, tag: Tag<'_>) {
        match tag.name {
            b"c" => match tag.attribute("r").map(address) {
                Some(Some(cell)) => self.cell = cell,
                Some(None) => self.has_odd_address = true,
                None => {}
            },
            b"f" => self.formulas.add(self.cell.0, self.cell.1),
            b"row" => self.hidden_rows += u64::from(tag.says("hidden")),
            b"col" => self.hidden_columns += u64::from(tag.says("hidden")),
            _ => {}
        }
    }
}

fn text(value: Option<&[u8]>) -> String {
    String::from_utf8_lossy(value.unwrap_or_default()).into_owned()
}

/// `B7` as row and column, from 0; nothing for what is no address.
fn address(text: &[u8]) -> Option<(u32, u32)> {
    let letters = text.iter().take_while(|b| b.is_ascii_alphabetic()).count();
    let (letters, digits) = text.split_at(letters);
    let column = letters.iter().try_fold(0_u32, |column, letter| {
        let value = u32::from(letter.to_ascii_uppercase() - b'A') + 1;
        column.checked_mul(26)?.checked_add(value)
    })?;
    let row: u32 = std::str::from_utf8(digits).ok()?.parse().ok()?;
    Some((row.checked_sub(1)?, column.checked_sub(1)?))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("A1", Some((0, 0)))]
    #[case("b7", Some((6, 1)))]
    #[case("XFD1048576", Some((1_048_575, 16_383)))]
    #[case("A0", None)]
    #[case("1", None)]
    #[case("", None)]
    #[case("ZZZZZZZZZZ1", None)]
    #[case("A99999999999", None)]
    fn addresses_are_read_or_left(#[case] text: &str, #[case] expected: Option<(u32, u32)>) {
        assert_eq!(address(text.as_bytes()), expected);
    }
}
