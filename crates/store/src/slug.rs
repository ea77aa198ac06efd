//! Slugs: every one that was ever given, and the next free number of one that is taken.

use std::{
    collections::{HashMap, HashSet},
    ops::Range,
};

use sea_orm::{
    ConnectionTrait as _, DatabaseTransaction, DeriveIden, FromQueryResult,
    sea_query::{Expr, ExprTrait as _, JoinType, Query},
};
use uuid::Uuid;
use vitrina_domain::{
    change::{Audience, Change, Op, Seq},
    id::RecordId,
    record::Kind,
    slug::Slug,
};

use crate::{
    Store, StoreError, Tx,
    bulk::{MOST_KEYS, Rows},
    change,
    column::Cell,
    record::Records,
};

/// What a slug leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlugTarget {
    /// The record.
    pub id: RecordId,
    /// Its slug of today; another one than was asked for means a permanent redirect.
    pub current: Slug,
}

/// The table and its columns.
#[derive(Debug, Clone, Copy, DeriveIden)]
enum Slugs {
    Table,
    Kind,
    Slug,
    RecordId,
    Stem,
    Number,
}

/// A new record's wish for a slug.
#[derive(Debug, Clone)]
pub(crate) struct Wish {
    pub(crate) kind: Kind,
    pub(crate) id: RecordId,
    pub(crate) slug: Slug,
}

/// A slug that was given: the wish and the number appended to it, 1 for none.
#[derive(Debug, Clone)]
struct Given {
    slug: Slug,
    number: u32,
}

/// The most numbers looked up at once for a record that waits.
const WIDEST: u32 = 1 << 12;

type Name = (Kind, String);

/// What is known of the slugs that a batch of new records meets.
#[derive(Debug, Default)]
struct Names {
    taken: HashSet<Name>,
    /// By stem, the numbers to try next, all of which were looked up.
    numbers: HashMap<Name, Range<u32>>,
}

impl Store {
    /// What a slug of a kind leads to, whoever may see it.
    pub async fn slug(&self, kind: Kind, slug: &str) -> Result<Option<SlugTarget>, StoreError> {
        // What is no slug was never given, and PostgreSQL refuses to look for some of it.
        let Ok(asked) = slug.parse::<Slug>() else { return Ok(None) };
        let query = Query::select()
            .column((Slugs::Table, Slugs::RecordId))
            .column((Records::Table, Records::Slug))
            .from(Slugs::Table)
            .join(
                JoinType::InnerJoin,
                Records::Table,
                Expr::col((Records::Table, Records::Id)).equals((Slugs::Table, Slugs::RecordId)),
            )
            .and_where(Expr::col((Slugs::Table, Slugs::Kind)).eq(kind.as_str()))
            .and_where(Expr::col((Slugs::Table, Slugs::Slug)).eq(asked.as_str()))
            .take();
        let Some(row) = self.connections.reader.query_one(&query).await? else { return Ok(None) };
        let id: Uuid = row.try_get_by_index(0)?;
        let current: String = row.try_get_by_index(1)?;
        let current = Cell { table: "records", column: "slug", row: id }.word(&current)?;
        Ok(Some(SlugTarget { id: RecordId::new(id), current }))
    }
}

impl Tx {
    /// Gives a record another slug; the old one leads to it for ever.
    ///
    /// A slug that the record had before may come back; one that another record has or had is taken.
    pub async fn rename(
        &mut self,
        kind: Kind,
        id: RecordId,
        slug: &Slug,
        audience: Audience,
    ) -> Result<(), StoreError> {
        self.take_turn().await?;
        match self.owner(kind, slug).await? {
            Some(owner) if owner != id => return Err(StoreError::Taken { what: "slug" }),
            Some(_) => {}
            None => {
                let wish = Wish { kind, id, slug: slug.clone() };
                keep(&self.transaction, &[(wish, Given { slug: slug.clone(), number: 1 })]).await?;
            }
        }
        let update = Query::update()
            .table(Records::Table)
            .value(Records::Slug, slug.as_str())
            .and_where(Expr::col(Records::Id).eq(id.uuid()))
            .and_where(Expr::col(Records::Kind).eq(kind.as_str()))
            .take();
        self.transaction.execute(&update).await?;
        // The address of a record is part of what its readers keep: they are told.
        let Some(record) = self.record(kind, id).await? else { return Ok(()) };
        let Seq(last) = change::last_seq(&self.transaction).await?;
        let change = Change {
            seq: Seq(last + 1),
            at: self.at,
            actor: self.actor.clone(),
            audience,
            kind,
            entity_id: id.uuid(),
            op: Op::Update,
            revision: record.revision,
            hash: record.hash,
            changed: vec!["slug".to_owned()],
        };
        change::append(&self.transaction, vec![change]).await
    }

    async fn owner(&self, kind: Kind, slug: &Slug) -> Result<Option<RecordId>, StoreError> {
        let query = Query::select()
            .column(Slugs::RecordId)
            .from(Slugs::Table)
            .and_where(Expr::col(Slugs::Kind).eq(kind.as_str()))
            .and_where(Expr::col(Slugs::Slug).eq(slug.as_str()))
            .take();
        let row = self.transaction.query_one(&query).await?;
        Ok(row.map(|row| row.try_get_by_index(0).map(RecordId::new)).transpose()?)
    }
}

/// Slugs chosen for new records, to be kept once the records are there.
#[derive(Debug)]
pub(crate) struct Choice(Vec<(Wish, Given)>);

impl Choice {
    /// The slug chosen for a record.
    pub(crate) fn slugs(&self) -> HashMap<RecordId, Slug> {
        self.0.iter().map(|(wish, given)| (wish.id, given.slug.clone())).collect()
    }

    pub(crate) async fn keep(self, tx: &DatabaseTransaction) -> Result<(), StoreError> {
        keep(tx, &self.0).await
    }
}

/// Chooses a slug for each new record: its wish, or the wish with the first free number appended.
///
/// However many records have one title, the numbers to try are read from the index, and those that other
/// titles took ("Agua 2") are looked up many at a time, twice as many in each round.
pub(crate) async fn choose(tx: &DatabaseTransaction, wishes: Vec<Wish>) -> Result<Choice, StoreError> {
    let mut names = Names::default();
    names.look_up(tx, wishes.iter().map(|wish| (wish.kind, wish.slug.as_str().to_owned())).collect()).await?;
    let mut chosen = Vec::with_capacity(wishes.len());
    let mut waiting = Vec::new();
    for wish in wishes {
        if names.taken.insert((wish.kind, wish.slug.as_str().to_owned())) {
            let given = Given { slug: wish.slug.clone(), number: 1 };
            chosen.push((wish, given));
        } else {
            waiting.push(wish);
        }
    }
    names.look_up_numbers(tx, &waiting).await?;
    let mut width = 1_u32;
    while !waiting.is_empty() {
        let candidates = names.candidates(&waiting, width);
        names.look_up(tx, candidates).await?;
        let mut still_waiting = Vec::new();
        for wish in waiting {
            match names.take_number(&wish) {
                Some(given) => chosen.push((wish, given)),
                None => still_waiting.push(wish),
            }
        }
        waiting = still_waiting;
        width = Ord::min(width.saturating_mul(2), WIDEST);
    }
    Ok(Choice(chosen))
}

impl Names {
    /// Adds those of the names that are taken.
    async fn look_up(&mut self, tx: &DatabaseTransaction, names: Vec<Name>) -> Result<(), StoreError> {
        for (kind, slugs) in by_kind(names) {
            for slugs in slugs.chunks(MOST_KEYS) {
                let query = Query::select()
                    .column(Slugs::Slug)
                    .from(Slugs::Table)
                    .and_where(Expr::col(Slugs::Kind).eq(kind.as_str()))
                    .and_where(Expr::col(Slugs::Slug).is_in(slugs))
                    .take();
                for row in tx.query_all(&query).await? {
                    self.taken.insert((kind, row.try_get_by_index(0)?));
                }
            }
        }
        Ok(())
    }

    /// Reads the highest number given for each stem that is waited for.
    async fn look_up_numbers(
        &mut self,
        tx: &DatabaseTransaction,
        waiting: &[Wish],
    ) -> Result<(), StoreError> {
        #[derive(FromQueryResult)]
        struct Highest {
            stem: String,
            number: i64,
        }
        for (kind, stems) in by_kind(waiting.iter().map(|wish| (wish.kind, wish.slug.as_str().to_owned()))) {
            for stems in stems.chunks(MOST_KEYS) {
                let query = Query::select()
                    .column(Slugs::Stem)
                    .expr_as(Expr::col(Slugs::Number).max(), "number")
                    .from(Slugs::Table)
                    .and_where(Expr::col(Slugs::Kind).eq(kind.as_str()))
                    .and_where(Expr::col(Slugs::Stem).is_in(stems))
                    .group_by_col(Slugs::Stem)
                    .take();
                for row in tx.query_all(&query).await? {
                    let highest = Highest::from_query_result(&row, "")?;
                    let cell = Cell { table: "slugs", column: "number", row: &highest.stem };
                    let number: u32 = cell.number(highest.number)?;
                    let next = number.saturating_add(1);
                    self.numbers.insert((kind, highest.stem), next..next);
                }
            }
        }
        Ok(())
    }

    /// The names to look up for a round: for each stem as many as wait for it, `width` times.
    fn candidates(&mut self, waiting: &[Wish], width: u32) -> Vec<Name> {
        let mut wanted: HashMap<Name, (u32, &Wish)> = HashMap::new();
        for wish in waiting {
            let (count, _) = wanted.entry((wish.kind, wish.slug.as_str().to_owned())).or_insert((0, wish));
            *count = count.saturating_add(width);
        }
        let mut candidates = Vec::new();
        for (stem, (count, wish)) in wanted {
            let numbers = self.numbers.entry(stem).or_insert(2..2);
            numbers.end = numbers.start.saturating_add(count);
            candidates
                .extend(numbers.clone().map(|number| (wish.kind, wish.slug.numbered(number).to_string())));
        }
        candidates
    }

    /// Gives the first free of the numbers that were looked up.
    fn take_number(&mut self, wish: &Wish) -> Option<Given> {
        let numbers = self.numbers.get_mut(&(wish.kind, wish.slug.as_str().to_owned()))?;
        for number in numbers.by_ref() {
            let slug = wish.slug.numbered(number);
            if self.taken.insert((wish.kind, slug.as_str().to_owned())) {
                return Some(Given { slug, number });
            }
        }
        None
    }
}

fn by_kind(names: impl IntoIterator<Item = Name>) -> HashMap<Kind, Vec<String>> {
    let mut by_kind: HashMap<Kind, HashSet<String>> = HashMap::new();
    for (kind, name) in names {
        by_kind.entry(kind).or_default().insert(name);
    }
    by_kind.into_iter().map(|(kind, names)| (kind, names.into_iter().collect())).collect()
}

async fn keep(tx: &DatabaseTransaction, given: &[(Wish, Given)]) -> Result<(), StoreError> {
    let columns = [Slugs::Kind, Slugs::Slug, Slugs::RecordId, Slugs::Stem, Slugs::Number];
    let mut rows = Rows::new(Slugs::Table, columns);
    for (wish, given) in given {
        rows.push([
            wish.kind.as_str().into(),
            given.slug.as_str().into(),
            wish.id.uuid().into(),
            wish.slug.as_str().into(),
            i64::from(given.number).into(),
        ]);
    }
    rows.insert(tx).await?;
    Ok(())
}
