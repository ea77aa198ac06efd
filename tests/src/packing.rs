//! Archives and workbooks written by hand, so that they can lie: no library writes what readers must be safe from.

use std::io::Write as _;

use flate2::{Compression, Crc, write::DeflateEncoder};

/// One entry of an archive, and what it says of itself.
#[derive(Debug, Clone)]
pub struct Member {
    name: Vec<u8>,
    packed: Vec<u8>,
    method: u16,
    crc: u32,
    /// How long it says it is when it is unpacked.
    pub length: u32,
    /// The general purpose flags: bit 0 says that it is encrypted.
    pub flags: u16,
    /// The mode of a Unix file system; zero says nothing.
    pub mode: u32,
}

impl Member {
    /// An entry that is what it says, deflated.
    pub fn new(name: impl AsRef<[u8]>, content: &[u8]) -> Self {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
        // Writing to memory cannot fail.
        let _ = encoder.write_all(content);
        let mut crc = Crc::new();
        crc.update(content);
        Self {
            name: name.as_ref().to_vec(),
            packed: encoder.finish().unwrap_or_default(),
            method: 8,
            crc: crc.sum(),
            length: length(content),
            flags: 0,
            mode: 0,
        }
    }

    /// The same, packed by a method that nobody knows.
    #[must_use]
    pub fn by_method(self, method: u16) -> Self {
        Self { method, ..self }
    }

    /// The same with the mode of a Unix file system.
    #[must_use]
    pub fn with_mode(self, mode: u32) -> Self {
        Self { mode, ..self }
    }

    /// The same, saying another length.
    #[must_use]
    pub fn saying(self, length: u32) -> Self {
        Self { length, ..self }
    }

    /// The same, saying that it is encrypted.
    #[must_use]
    pub fn locked(self) -> Self {
        Self { flags: 1, ..self }
    }

    /// The fields that both headers share, from the version needed to the lengths of name and extra field.
    fn told(&self) -> Vec<u8> {
        let mut told = Vec::new();
        for short in [20, self.flags, self.method, 0, 0x21] {
            told.extend_from_slice(&short.to_le_bytes());
        }
        for long in [self.crc, length(&self.packed), self.length] {
            told.extend_from_slice(&long.to_le_bytes());
        }
        told.extend_from_slice(&short(&self.name).to_le_bytes());
        told.extend_from_slice(&[0, 0]);
        told
    }
}

/// An archive in the making.
#[derive(Debug, Clone, Default)]
pub struct Packing {
    bytes: Vec<u8>,
    directory: Vec<u8>,
    count: u16,
    last: u32,
    /// What stands between the directory and the end.
    before_end: Vec<u8>,
}

impl Packing {
    /// An archive without entries.
    pub fn new() -> Self {
        Self::default()
    }

    /// Packs a file.
    #[must_use]
    pub fn file(self, name: impl AsRef<[u8]>, content: &[u8]) -> Self {
        self.member(&Member::new(name, content))
    }

    /// Packs an entry.
    #[must_use]
    pub fn member(self, member: &Member) -> Self {
        self.member_listed_as(member, member)
    }

    /// Packs an entry, and lists it as another one.
    #[must_use]
    pub fn member_listed_as(mut self, member: &Member, listed: &Member) -> Self {
        self.last = length(&self.bytes);
        self.bytes.extend_from_slice(b"PK\x03\x04");
        self.bytes.extend_from_slice(&member.told());
        self.bytes.extend_from_slice(&member.name);
        self.bytes.extend_from_slice(&member.packed);
        self.listed(listed)
    }

    /// Lists an entry that takes the bytes of the last one.
    #[must_use]
    pub fn listed(mut self, member: &Member) -> Self {
        self.directory.extend_from_slice(b"PK\x01\x02\x14\x03");
        self.directory.extend_from_slice(&member.told());
        // Comment, disk, internal attributes.
        self.directory.extend_from_slice(&[0; 6]);
        self.directory.extend_from_slice(&(member.mode << 16).to_le_bytes());
        self.directory.extend_from_slice(&self.last.to_le_bytes());
        self.directory.extend_from_slice(&member.name);
        self.count += 1;
        self
    }

    /// The archive, whose second end in eight bytes says that it has so many entries, in a directory of so many bytes
    /// from such a place.
    pub fn finish_long(mut self, count: u64, bytes: u64, start: u64) -> Vec<u8> {
        let end = u64::from(length(&self.bytes)) + u64::from(length(&self.directory));
        // Versions 4.5, the first disk.
        let mut long = b"PK\x06\x06\x2c\0\0\0\0\0\0\0\x2d\0\x2d\0\0\0\0\0\0\0\0\0".to_vec();
        long.extend([count, count, bytes, start].iter().flat_map(|number| number.to_le_bytes()));
        long.extend_from_slice(b"PK\x06\x07\0\0\0\0");
        long.extend(end.to_le_bytes());
        long.extend([1, 0, 0, 0]);
        self.before_end = long;
        self.finish()
    }

    /// The archive.
    pub fn finish(self) -> Vec<u8> {
        let Self { mut bytes, directory, count, last: _, before_end } = self;
        let is_long = !before_end.is_empty();
        let start = if is_long { u32::MAX } else { length(&bytes) };
        bytes.extend_from_slice(&directory);
        bytes.extend_from_slice(&before_end);
        bytes.extend_from_slice(b"PK\x05\x06\0\0\0\0");
        let count = if is_long { u16::MAX } else { count };
        bytes.extend_from_slice(&[count.to_le_bytes(), count.to_le_bytes()].concat());
        bytes.extend_from_slice(&(if is_long { u32::MAX } else { length(&directory) }).to_le_bytes());
        bytes.extend_from_slice(&start.to_le_bytes());
        bytes.extend_from_slice(&[0, 0]);
        bytes
    }
}

fn length(bytes: &[u8]) -> u32 {
    u32::try_from(bytes.len()).unwrap_or(u32::MAX)
}

fn short(bytes: &[u8]) -> u16 {
    u16::try_from(bytes.len()).unwrap_or(u16::MAX)
}

/// A workbook of Office Open XML in the making.
#[derive(Debug, Clone)]
pub struct Workbook {
    sheets: Vec<(String, String, String)>,
    strings: String,
    properties: String,
    parts: Vec<(String, Vec<u8>)>,
}

impl Workbook {
    /// A workbook with one sheet, whose rows are these.
    pub fn of(rows: &str) -> Self {
        Self { sheets: Vec::new(), strings: String::new(), properties: String::new(), parts: Vec::new() }
            .sheet("Hoja1", "visible", rows)
    }

    /// The same with one more sheet.
    #[must_use]
    pub fn sheet(mut self, name: &str, state: &str, rows: &str) -> Self {
        let xml =
            format!("{DECLARATION}<worksheet xmlns=\"{MAIN}\"><sheetData>{rows}</sheetData></worksheet>");
        self.sheets.push((name.to_owned(), state.to_owned(), xml));
        self
    }

    /// The same with a sheet whose XML is this.
    #[must_use]
    pub fn raw_sheet(mut self, xml: impl Into<String>) -> Self {
        self.sheets = vec![("Hoja1".to_owned(), "visible".to_owned(), xml.into())];
        self
    }

    /// The same with these shared strings.
    #[must_use]
    pub fn strings(self, items: &str) -> Self {
        let strings = format!("{DECLARATION}<sst xmlns=\"{MAIN}\">{items}</sst>");
        Self { strings, ..self }
    }

    /// The same with these properties of the workbook as a whole.
    #[must_use]
    pub fn properties(self, xml: &str) -> Self {
        Self { properties: xml.to_owned(), ..self }
    }

    /// The same with one more part.
    #[must_use]
    pub fn part(mut self, name: &str, content: &[u8]) -> Self {
        self.parts.push((name.to_owned(), content.to_vec()));
        self
    }

    /// The archive of the workbook, before its end is written.
    pub fn packing(&self) -> Packing {
        let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
        let relations = "http://schemas.openxmlformats.org/package/2006/relationships";
        let sheets = self.sheets.iter().zip(1..).map(|((name, state, _), id)| {
            format!("<sheet name=\"{name}\" sheetId=\"{id}\" state=\"{state}\" r:id=\"rId{id}\"/>")
        });
        let sheets = sheets.collect::<Vec<_>>().concat();
        let targets = (1..=self.sheets.len()).map(|id| {
            format!("<Relationship Id=\"rId{id}\" Type=\"{office}/worksheet\" Target=\"worksheets/sheet{id}.xml\"/>")
        });
        let targets = targets.collect::<Vec<_>>().concat();
        let workbook = format!(
            "{DECLARATION}<workbook xmlns=\"{MAIN}\" xmlns:r=\"{office}\">{}<sheets>{sheets}</sheets></workbook>",
            self.properties
        );
        let root = format!(
            "{DECLARATION}<Relationships xmlns=\"{relations}\"><Relationship Id=\"rId1\" \
             Type=\"{office}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
        );
        let own = format!("{DECLARATION}<Relationships xmlns=\"{relations}\">{targets}</Relationships>");
        let types = format!(
            "{DECLARATION}<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"/>"
        );
        let mut packing = Packing::new()
            .file("[Content_Types].xml", types.as_bytes())
            .file("_rels/.rels", root.as_bytes())
            .file("xl/workbook.xml", workbook.as_bytes())
            .file("xl/_rels/workbook.xml.rels", own.as_bytes());
        for (number, (.., xml)) in self.sheets.iter().enumerate() {
            packing = packing.file(format!("xl/worksheets/sheet{}.xml", number + 1), xml.as_bytes());
        }
        if !self.strings.is_empty() {
            packing = packing.file("xl/sharedStrings.xml", self.strings.as_bytes());
        }
        for (name, content) in &self.parts {
            packing = packing.file(name, content);
        }
        packing
    }

    /// The file.
    pub fn finish(&self) -> Vec<u8> {
        self.packing().finish()
    }
}

const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";
const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";

/// A row of inline text.
pub fn text_row(number: u32, values: &[&str]) -> String {
    let cells = values.iter().map(|value| format!("<c t=\"inlineStr\"><is><t>{value}</t></is></c>"));
    format!("<row r=\"{number}\">{}</row>", cells.collect::<Vec<_>>().concat())
}

/// Cells with the number one, at these addresses.
pub fn cells_at(addresses: &[&str]) -> String {
    let cells = addresses.iter().map(|address| format!("<row><c r=\"{address}\"><v>1</v></c></row>"));
    cells.collect::<Vec<_>>().concat()
}

/// A workbook of `OpenDocument` with one table whose rows are these.
pub fn open_document(rows: &str) -> Vec<u8> {
    let content = format!(
        "{DECLARATION}<office:document-content xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" \
         xmlns:table=\"urn:oasis:names:tc:opendocument:xmlns:table:1.0\" \
         xmlns:text=\"urn:oasis:names:tc:opendocument:xmlns:text:1.0\" \
         xmlns:style=\"urn:oasis:names:tc:opendocument:xmlns:style:1.0\"><office:automatic-styles>\
         <style:style style:name=\"ta2\" style:family=\"table\"><style:table-properties table:display=\"false\"/>\
         </style:style></office:automatic-styles><office:body><office:spreadsheet>{rows}</office:spreadsheet>\
         </office:body></office:document-content>"
    );
    Packing::new()
        .file("mimetype", b"application/vnd.oasis.opendocument.spreadsheet")
        .file("content.xml", content.as_bytes())
        .finish()
}
