//! Pages: every record once, in order, whatever the order and the size.

use std::cmp::Ordering;

use proptest::prelude::*;
use rstest::rstest;
use serde_json::json;
use vitrina_domain::query::{Direction, Field, Query, Sort, SortKey};
use vitrina_search::{After, AfterKey, SearchError};

use crate::shelf::{Ask, Item, Shelf, is, numbers, words};

fn sorts() -> Vec<Sort> {
    let both = |key| [Direction::Ascending, Direction::Descending].map(|direction| Sort { key, direction });
    SortKey::ALL.into_iter().flat_map(both).collect()
}

/// Walks every page; cursors go through JSON, as they do on their way to a reader and back.
fn walk(shelf: &Shelf, ask: &Ask) -> Vec<After> {
    let mut ask = ask.clone();
    let mut walked = Vec::new();
    loop {
        let answer = shelf.ask(&ask);
        assert!(answer.hits.len() <= ask.limit);
        walked.extend(answer.hits.iter().map(|hit| hit.after.clone()));
        assert!(walked.len() <= 1_000, "the walk does not end");
        if !answer.more {
            return walked;
        }
        assert_eq!(answer.hits.len(), ask.limit, "a page before the last is full");
        let cursor = serde_json::to_string(walked.last().unwrap()).unwrap();
        ask.after = Some(serde_json::from_str(&cursor).unwrap());
    }
}

#[derive(Debug, Clone)]
struct Seed {
    title: usize,
    issued: Option<u32>,
    segment: u8,
}

const TITLES: [&str; 8] =
    ["Agua", "agua", "Ágora agua", "Ñandú agua", "Nube agua", "agua agua agua", "Zona agua", "Oso agua"];

fn seeds() -> impl Strategy<Value = Vec<Seed>> {
    let seed = (0..TITLES.len(), prop::option::of(1_990..1_994_u32), 0..3_u8);
    prop::collection::vec(seed.prop_map(|(title, issued, segment)| Seed { title, issued, segment }), 1..40)
}

fn stock(seeds: &[Seed]) -> Shelf {
    let shelf = Shelf::empty();
    let items: Vec<(u8, Item)> = (1..)
        .zip(seeds)
        .map(|(number, seed)| {
            let mut document = json!({"title": TITLES[seed.title]});
            if let Some(year) = seed.issued {
                document["issued"] = json!(year.to_string());
            }
            (seed.segment, Item::dataset(number, document))
        })
        .collect();
    for segment in 0..3 {
        let chosen: Vec<_> =
            items.iter().filter(|(of, _)| *of == segment).map(|(_, item)| item.clone()).collect();
        shelf.put(&chosen, 1);
    }
    shelf
}

fn in_order(left: &After, right: &After, direction: Direction) -> bool {
    let turned = |order: Ordering| if direction == Direction::Descending { order.reverse() } else { order };
    let by_key = match (&left.key, &right.key) {
        (AfterKey::Number(Some(l)), AfterKey::Number(Some(r))) => turned(l.cmp(r)),
        (AfterKey::Text(l), AfterKey::Text(r)) => turned(l.cmp(r)),
        (AfterKey::Score(l), AfterKey::Score(r)) => turned(l.total_cmp(r)),
        (left, right) => (*left == AfterKey::Number(None)).cmp(&(*right == AfterKey::Number(None))),
    };
    by_key.then(left.created_seq.cmp(&right.created_seq)) == Ordering::Less
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn pages_of_any_size_and_order_give_every_record_once(seeds in seeds(), size in 1..9_usize) {
        let shelf = stock(&seeds);
        for sort in sorts() {
            let mut ask = Ask::of(words("agua"));
            ask.sort = sort;
            ask.limit = size;
            let walked = walk(&shelf, &ask);
            prop_assert!(walked.is_sorted_by(|left, right| in_order(left, right, sort.direction)), "{sort:?}: {walked:?}");
            let mut found: Vec<_> = walked.iter().map(|after| after.created_seq).collect();
            found.sort_unstable();
            let all: Vec<i64> = (1..=i64::try_from(seeds.len()).unwrap()).collect();
            prop_assert_eq!(found, all, "{:?}", sort);
        }
    }
}

#[rstest]
#[case(SortKey::Title, Direction::Ascending, &[3, 1, 4, 2, 5])]
#[case(SortKey::Title, Direction::Descending, &[2, 4, 1, 3, 5])]
#[case(SortKey::Issued, Direction::Ascending, &[2, 4, 1, 3, 5])]
#[case(SortKey::Issued, Direction::Descending, &[1, 2, 4, 3, 5])]
#[case(SortKey::Created, Direction::Descending, &[5, 4, 3, 2, 1])]
#[case(SortKey::Updated, Direction::Ascending, &[1, 2, 3, 4, 5])]
#[case(SortKey::Modified, Direction::Ascending, &[4, 1, 2, 3, 5])]
fn orders(#[case] key: SortKey, #[case] direction: Direction, #[case] expected: &[i64]) {
    let shelf = Shelf::with(&[
        Item::dataset(1, json!({"title": "«Nube»", "issued": "2025"})),
        Item::dataset(2, json!({"title": "Oso", "issued": "1960-05-01"})),
        Item::dataset(3, json!({"title": "Ágora"})),
        Item::dataset(4, json!({"title": "Ñandú", "issued": "1960-05-01", "modified": "2020"})),
        Item::dataset(5, json!({"identifier": "sin-titulo"})),
    ]);
    let mut ask = Ask::of(Query::All);
    ask.sort = Sort { key, direction };
    assert_eq!(numbers(&shelf.ask(&ask)), expected);
}

#[test]
fn a_walk_in_creation_order_misses_nothing_under_writes() {
    let shelf = Shelf::with(&(1..=6).map(|number| Item::titled(number, "x")).collect::<Vec<_>>());
    let mut ask = Ask::of(Query::All);
    ask.sort = Sort::CREATED;
    ask.limit = 4;
    let first = shelf.ask(&ask);
    assert_eq!((numbers(&first), first.more), (vec![1, 2, 3, 4], true));
    shelf.put(&[Item::titled(2, "y"), Item::titled(7, "x")], 2);
    ask.after = Some(first.hits[3].after.clone());
    let second = shelf.ask(&ask);
    assert_eq!((numbers(&second), second.more, second.total), (vec![5, 6, 7], false, Some(7)));
}

#[test]
fn the_total_does_not_depend_on_the_page_and_is_only_counted_when_asked() {
    let shelf = Shelf::with(&(1..=5).map(|number| Item::titled(number, "x")).collect::<Vec<_>>());
    let mut ask = Ask::of(Query::All);
    ask.limit = 2;
    ask.sort = Sort::CREATED;
    ask.after = Some(After { key: AfterKey::Number(Some(4)), created_seq: 4 });
    let answer = shelf.ask(&ask);
    assert_eq!((numbers(&answer), answer.total, answer.more), (vec![5], Some(5), false));
    let mut request = ask.request();
    request.count = false;
    assert_eq!(shelf.index.search(&request).unwrap().total, None);
}

#[test]
fn a_cursor_of_another_order_is_refused() {
    let shelf = Shelf::with(&[Item::titled(1, "x")]);
    let keys =
        [AfterKey::Number(Some(1)), AfterKey::Number(None), AfterKey::Text("x".into()), AfterKey::Score(1.0)];
    let fits = |key: &AfterKey, sort: SortKey| match key {
        AfterKey::Number(Some(_)) => !matches!(sort, SortKey::Relevance | SortKey::Title),
        AfterKey::Number(None) => !matches!(sort, SortKey::Relevance | SortKey::Created),
        AfterKey::Text(_) => sort == SortKey::Title,
        AfterKey::Score(_) => sort == SortKey::Relevance,
    };
    for key in keys {
        for sort in sorts() {
            let mut ask = Ask::of(Query::All);
            ask.sort = sort;
            ask.after = Some(After { key: key.clone(), created_seq: 1 });
            let answer = shelf.index.search(&ask.request());
            let refused = matches!(answer, Err(SearchError::CursorMismatch));
            assert_eq!(refused, !fits(&key, sort.key), "{key:?} {sort:?}");
        }
    }
}

#[test]
fn a_title_that_is_gone_still_marks_its_place() {
    let titles = ["alfa", "beta", "delta", "gama"];
    let shelf = Shelf::with(&(1..).zip(titles).map(|(n, title)| Item::titled(n, title)).collect::<Vec<_>>());
    let mut ask = Ask::of(is(Field::Source, "portal"));
    let mut after = |text: &str, direction| {
        ask.sort = Sort { key: SortKey::Title, direction };
        ask.after = Some(After { key: AfterKey::Text(text.to_owned()), created_seq: 2 });
        numbers(&shelf.ask(&ask))
    };
    assert_eq!(after("casa", Direction::Ascending), [3, 4]);
    assert_eq!(after("casa", Direction::Descending), [2, 1]);
    assert_eq!(after("beta", Direction::Ascending), [3, 4]);
    assert_eq!(after("zeta", Direction::Ascending), [] as [i64; 0]);
    assert_eq!(after("zeta", Direction::Descending), [4, 3, 2, 1]);
    assert_eq!(after("", Direction::Ascending), [1, 2, 3, 4]);
    assert_eq!(after("", Direction::Descending), [] as [i64; 0]);
}
