//! Compound files and the workbooks in them, written by hand so that they can lie.

/// The length of a sector, and of a small one.
const SECTOR: usize = 512;
const SMALL: usize = 64;

/// Streams that are shorter lie in small sectors.
const SMALL_STREAM: usize = 4_096;

const END: u32 = 0xffff_fffe;
const NONE: u32 = 0xffff_ffff;

/// The kinds of entries.
const STORAGE: u8 = 1;
const STREAM: u8 = 2;
const ROOT: u8 = 5;

/// A compound file in the making: streams and empty storages, all of them in the root.
#[derive(Debug, Clone, Default)]
pub struct Compound {
    entries: Vec<(String, u8, Vec<u8>)>,
}

/// A compound file, and where what tells of its chains lies in it.
#[derive(Debug, Clone)]
pub struct Written {
    /// The file.
    pub bytes: Vec<u8>,
    /// Where the list of followers begins.
    followers: usize,
    /// Where the directory begins.
    directory: usize,
}

impl Compound {
    /// A file with nothing in it.
    pub fn new() -> Self {
        Self::default()
    }

    /// The same with a stream.
    #[must_use]
    pub fn stream(mut self, name: &str, bytes: &[u8]) -> Self {
        self.entries.push((name.to_owned(), STREAM, bytes.to_vec()));
        self
    }

    /// The same with a storage.
    #[must_use]
    pub fn storage(mut self, name: &str) -> Self {
        self.entries.push((name.to_owned(), STORAGE, Vec::new()));
        self
    }

    /// The file.
    pub fn finish(&self) -> Vec<u8> {
        self.written().bytes
    }

    /// The file, to be damaged at a place that is known.
    pub fn written(&self) -> Written {
        let mut sectors = Sectors::default();
        let (mut small, mut small_next) = (Vec::new(), Vec::new());
        let mut listed = Vec::new();
        for (name, kind, bytes) in &self.entries {
            let start = match kind {
                _ if bytes.is_empty() => END,
                _ if bytes.len() < SMALL_STREAM => add(&mut small, &mut small_next, SMALL, bytes),
                _ => sectors.add(bytes),
            };
            listed.push((name.as_str(), *kind, start, bytes.len()));
        }
        let small_start = sectors.add(&small);
        let small_lists: Vec<u8> = small_next.iter().flat_map(|next: &u32| next.to_le_bytes()).collect();
        let lists_start = sectors.add(&small_lists);
        let mut directory = entry(
            "Root Entry",
            ROOT,
            if listed.is_empty() { NONE } else { 1 },
            NONE,
            small_start,
            small.len(),
        );
        for (index, (name, kind, start, length)) in listed.iter().enumerate() {
            let beside = if index + 1 < listed.len() { number(index + 2) } else { NONE };
            directory.extend(entry(name, *kind, NONE, beside, *start, *length));
        }
        let directory_start = sectors.add(&directory);
        sectors.finish(directory_start, lists_start, small_lists.len().div_ceil(SECTOR))
    }
}

impl Written {
    /// Makes a sector follow another one.
    #[must_use]
    pub fn linked(mut self, sector: usize, next: u32) -> Self {
        put(&mut self.bytes, self.followers + 4 * sector, &next.to_le_bytes());
        self
    }

    /// Writes into an entry of the directory, the root being the first.
    #[must_use]
    pub fn entry(mut self, index: usize, at: usize, bytes: &[u8]) -> Self {
        put(&mut self.bytes, self.directory + 128 * index + at, bytes);
        self
    }

    /// Writes into the header.
    #[must_use]
    pub fn header(mut self, at: usize, bytes: &[u8]) -> Self {
        put(&mut self.bytes, at, bytes);
        self
    }

    /// The sector that the directory says a stream begins in.
    pub fn start(&self, index: usize) -> usize {
        let at = self.directory + 128 * index + 116;
        let bytes = self.bytes.get(at..at + 4).and_then(|bytes| bytes.try_into().ok()).unwrap_or_default();
        usize::try_from(u32::from_le_bytes(bytes)).unwrap_or_default()
    }
}

fn put(bytes: &mut [u8], at: usize, new: &[u8]) {
    bytes.iter_mut().skip(at).zip(new).for_each(|(byte, new)| *byte = *new);
}

/// Adds bytes as sectors that follow each other; gives the first.
fn add(sectors: &mut Vec<u8>, next: &mut Vec<u32>, size: usize, bytes: &[u8]) -> u32 {
    if bytes.is_empty() {
        return END;
    }
    let start = next.len();
    let count = bytes.len().div_ceil(size);
    sectors.extend_from_slice(bytes);
    sectors.resize((start + count) * size, 0);
    next.extend((start + 1..start + count).map(number));
    next.push(END);
    number(start)
}

fn number(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(NONE)
}

#[derive(Default)]
struct Sectors {
    bytes: Vec<u8>,
    next: Vec<u32>,
}

impl Sectors {
    fn add(&mut self, bytes: &[u8]) -> u32 {
        add(&mut self.bytes, &mut self.next, SECTOR, bytes)
    }

    fn finish(mut self, directory: u32, small_lists: u32, small_count: usize) -> Written {
        let own = self.next.len();
        // Each list tells of 128 sectors, itself included; the header has room for 109 of them.
        let lists = own.div_ceil(127).min(109);
        let followers = self.bytes.len() + SECTOR;
        self.next.extend(std::iter::repeat_n(0xffff_fffd, lists));
        self.next.resize(lists * 128, NONE);
        let mut header = vec![0; 76];
        put(&mut header, 0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1");
        for (at, short) in [(24, 0x3e), (26, 3), (28, 0xfffe), (30, 9), (32, 6_u16)] {
            put(&mut header, at, &short.to_le_bytes());
        }
        let longs = [
            (44, number(lists)),
            (48, directory),
            (56, number(SMALL_STREAM)),
            (60, small_lists),
            (64, number(small_count)),
            (68, END),
        ];
        for (at, long) in longs {
            put(&mut header, at, &long.to_le_bytes());
        }
        let chains = (0..109).map(|list| if list < lists { number(own + list) } else { NONE });
        header.extend(chains.flat_map(u32::to_le_bytes));
        let mut bytes = header;
        bytes.extend_from_slice(&self.bytes);
        bytes.extend(self.next.iter().flat_map(|next| next.to_le_bytes()));
        let place = usize::try_from(directory).unwrap_or_default();
        Written { bytes, followers, directory: SECTOR * (place + 1) }
    }
}

fn entry(name: &str, kind: u8, within: u32, beside: u32, start: u32, length: usize) -> Vec<u8> {
    let mut entry = vec![0; 128];
    let name: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).take(62).collect();
    put(&mut entry, 0, &name);
    put(&mut entry, 64, &u16::try_from(name.len() + 2).unwrap_or_default().to_le_bytes());
    put(&mut entry, 66, &[kind, 1]);
    for (at, long) in [(68, NONE), (72, beside), (76, within), (116, start), (120, number(length))] {
        put(&mut entry, at, &long.to_le_bytes());
    }
    entry
}

/// One record.
pub fn record(kind: u16, data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len()).unwrap_or(u16::MAX);
    [&kind.to_le_bytes(), &length.to_le_bytes(), data].concat()
}

/// What begins a part of the stream: the workbook (5) or a sheet (16).
fn begin(part: u16) -> Vec<u8> {
    let shorts = [0x0600, part, 0, 0, 0, 0, 0, 0];
    record(0x0809, &shorts.map(u16::to_le_bytes).concat())
}

/// Text with its length in two bytes before it.
pub fn long_text(text: &str) -> Vec<u8> {
    let units: Vec<u16> = text.encode_utf16().collect();
    let length = u16::try_from(units.len()).unwrap_or(u16::MAX);
    let units = units.into_iter().flat_map(u16::to_le_bytes);
    length.to_le_bytes().into_iter().chain([1]).chain(units).collect()
}

/// Text in one byte for each letter, with its length in one byte before it.
fn short_text(text: &str) -> Vec<u8> {
    [u8::try_from(text.len()).unwrap_or(u8::MAX), 0].into_iter().chain(text.bytes()).collect()
}

/// The beginning of a cell's record.
fn cell(row: u16, column: u16) -> Vec<u8> {
    [row, column, 15].map(u16::to_le_bytes).concat()
}

/// A sheet of an old workbook in the making.
#[derive(Debug, Clone)]
pub struct OldSheet {
    name: String,
    state: u8,
    kind: u8,
    records: Vec<u8>,
}

impl OldSheet {
    /// A sheet that is seen.
    pub fn new(name: &str) -> Self {
        Self { name: name.to_owned(), state: 0, kind: 0, records: Vec::new() }
    }

    /// The same with another state: 1 is hidden, 2 very hidden.
    #[must_use]
    pub fn hidden(self, state: u8) -> Self {
        Self { state, ..self }
    }

    /// The same as something else than a table: 1 is a sheet of macros, 2 a chart.
    #[must_use]
    pub fn of_kind(self, kind: u8) -> Self {
        Self { kind, ..self }
    }

    /// The same with one more record.
    #[must_use]
    pub fn record(mut self, kind: u16, data: &[u8]) -> Self {
        self.records.extend(record(kind, data));
        self
    }

    /// The same with a number in a cell.
    #[must_use]
    pub fn number(self, row: u16, column: u16, number: f64) -> Self {
        self.record(0x0203, &[cell(row, column), number.to_le_bytes().to_vec()].concat())
    }

    /// The same with a text of its own in a cell.
    #[must_use]
    pub fn text(self, row: u16, column: u16, text: &str) -> Self {
        self.record(0x0204, &[cell(row, column), long_text(text)].concat())
    }

    /// The same with a text of the workbook in a cell.
    #[must_use]
    pub fn shared(self, row: u16, column: u16, text: u32) -> Self {
        self.record(0x00fd, &[cell(row, column), text.to_le_bytes().to_vec()].concat())
    }

    /// The same with a formula whose value is a text.
    #[must_use]
    pub fn formula(self, row: u16, column: u16, value: &str) -> Self {
        // The value says that it follows; then flags, a chain, and a formula of three bytes: the number 1.
        let rest = [0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 3, 0, 0x1e, 1, 0];
        self.record(0x0006, &[cell(row, column), rest.to_vec()].concat()).record(0x0207, &long_text(value))
    }
}

/// An old workbook in the making.
#[derive(Debug, Clone, Default)]
pub struct OldWorkbook {
    globals: Vec<u8>,
    sheets: Vec<OldSheet>,
}

impl OldWorkbook {
    /// A workbook with this sheet.
    pub fn of(sheet: OldSheet) -> Self {
        Self::default().sheet(sheet)
    }

    /// The same with one more sheet.
    #[must_use]
    pub fn sheet(mut self, sheet: OldSheet) -> Self {
        self.sheets.push(sheet);
        self
    }

    /// The same with one more record that is about the workbook as a whole.
    #[must_use]
    pub fn record(mut self, kind: u16, data: &[u8]) -> Self {
        self.globals.extend(record(kind, data));
        self
    }

    /// The same with texts that cells share.
    #[must_use]
    pub fn strings(self, texts: &[&str]) -> Self {
        let count = number(texts.len()).to_le_bytes();
        let texts = texts.iter().flat_map(|text| long_text(text));
        let data: Vec<u8> = count.into_iter().chain(count).chain(texts).collect();
        // A record has so many bytes; where letters of two bytes are cut, none is cut in the middle.
        let mut table = self;
        for (index, piece) in split(&data).into_iter().enumerate() {
            table = table.record(if index == 0 { 0x00fc } else { 0x003c }, &piece);
        }
        table
    }

    /// The stream of records.
    pub fn stream(&self) -> Vec<u8> {
        let told = |sheet: &OldSheet, place: u32| {
            let data = [&place.to_le_bytes()[..], &[sheet.state, sheet.kind], &short_text(&sheet.name)];
            record(0x0085, &data.concat())
        };
        let listed: usize = self.sheets.iter().map(|sheet| told(sheet, 0).len()).sum();
        let end = record(0x000a, &[]);
        let mut stream = begin(5);
        stream.extend_from_slice(&self.globals);
        let mut place = stream.len() + listed + end.len();
        let parts: Vec<Vec<u8>> = self
            .sheets
            .iter()
            .map(|sheet| [begin(16), sheet.records.clone(), end.clone()].concat())
            .collect();
        for (sheet, part) in self.sheets.iter().zip(&parts) {
            stream.extend(told(sheet, number(place)));
            place += part.len();
        }
        stream.extend_from_slice(&end);
        stream.extend(parts.concat());
        stream
    }

    /// The compound file of the workbook, to which more can be added.
    pub fn compound(&self) -> Compound {
        Compound::new().stream("Workbook", &self.stream())
    }

    /// The file.
    pub fn finish(&self) -> Vec<u8> {
        self.compound().finish()
    }
}

/// The pieces of a table of texts, each of which fits into a record. A text that goes on says anew how wide it is.
fn split(data: &[u8]) -> Vec<Vec<u8>> {
    const MOST: usize = 8_224;
    let mut pieces = vec![data.get(..8).unwrap_or_default().to_vec()];
    let mut rest = data.get(8..).unwrap_or_default();
    while let [low, high, flags, after @ ..] = rest {
        let length = usize::from(u16::from_le_bytes([*low, *high])) * 2;
        let (mut letters, next) = after.split_at(length.min(after.len()));
        rest = next;
        if pieces.last().is_none_or(|last| last.len() + 3 > MOST) {
            pieces.push(Vec::new());
        }
        pieces.last_mut().into_iter().for_each(|last| last.extend([*low, *high, *flags]));
        loop {
            let room = pieces.last().map_or(0, |last| MOST.saturating_sub(last.len()) / 2 * 2);
            let (fits, more) = letters.split_at(room.min(letters.len()));
            pieces.last_mut().into_iter().for_each(|last| last.extend_from_slice(fits));
            letters = more;
            if letters.is_empty() {
                break;
            }
            pieces.push(vec![*flags]);
        }
    }
    pieces
}
