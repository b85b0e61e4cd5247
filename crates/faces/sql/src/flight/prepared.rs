//! Prepared statements that are open.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use parking_lot::Mutex;
use senne_hub::{Context, Principal};
use senne_model::{ErrorKind, Problem, TenantName};

/// So many of one caller; beyond that the one that was used longest ago goes.
const OF_CALLER_MAX: usize = 256;
/// So many bytes of one caller, likewise: nobody crowds out anybody else.
const BYTES_OF_CALLER_MAX: usize = 8 << 20;
/// One that nobody used for so long goes.
const IDLE_MAX: Duration = Duration::from_secs(3600);
/// What one takes besides its text, its columns and its row, in bytes, at most about.
const BYTES_OF_ONE: usize = 1024;
/// What a column takes, in bytes, at most about.
const BYTES_OF_COLUMN: usize = 256;

/// A handle: nobody can guess it.
type Handle = [u8; 16];

/// One prepared statement.
#[derive(Clone, Debug)]
pub(super) struct Statement {
    pub(super) text: String,
    pub(super) columns: SchemaRef,
    /// The parameters, once they are bound.
    pub(super) row: Option<RecordBatch>,
}

#[derive(Debug)]
struct Kept {
    owner: (Principal, TenantName),
    statement: Statement,
    used: Instant,
    bytes: usize,
}

/// The open statements of all callers.
#[derive(Debug, Default)]
pub(super) struct Prepared {
    kept: Mutex<HashMap<Handle, Kept>>,
}

impl Prepared {
    /// Keeps a statement; gives its handle.
    pub(super) fn keep(&self, context: &Context, statement: Statement) -> Result<Handle, Problem> {
        let mut handle = Handle::default();
        getrandom::fill(&mut handle).map_err(|e| Problem::internal(format!("no random numbers: {e}")))?;
        let bytes = size(&statement);
        let kept = Kept { owner: owner(context), statement, used: Instant::now(), bytes };
        let mut all = self.kept.lock();
        all.insert(handle, kept);
        make_room(&mut all, &context.principal);
        Ok(handle)
    }

    /// The statement of a handle, for those who made it.
    pub(super) fn get(&self, context: &Context, handle: &[u8]) -> Result<Statement, Problem> {
        self.change(context, handle, |_| ())
    }

    /// Gives a statement its parameters.
    pub(super) fn bind(&self, context: &Context, handle: &[u8], row: RecordBatch) -> Result<(), Problem> {
        self.change(context, handle, |statement| statement.row = Some(row)).map(|_| ())
    }

    /// Forgets a statement. One that is not there is forgotten already.
    pub(super) fn close(&self, context: &Context, handle: &[u8]) {
        if self.get(context, handle).is_ok() {
            self.kept.lock().retain(|there, _| there != handle);
        }
    }

    fn change(
        &self,
        context: &Context,
        handle: &[u8],
        change: impl FnOnce(&mut Statement),
    ) -> Result<Statement, Problem> {
        let mut all = self.kept.lock();
        let wanted = Handle::try_from(handle).ok().and_then(|handle| all.get_mut(&handle));
        let Some(kept) = wanted.filter(|kept| kept.owner == owner(context) && kept.used.elapsed() < IDLE_MAX)
        else {
            return Err(Problem::new(
                ErrorKind::NotFound,
                "there is no such prepared statement; it was closed, or not used for too long: prepare it again",
            ));
        };
        change(&mut kept.statement);
        kept.used = Instant::now();
        kept.bytes = size(&kept.statement);
        let statement = kept.statement.clone();
        make_room(&mut all, &context.principal);
        Ok(statement)
    }
}

fn owner(context: &Context) -> (Principal, TenantName) {
    (context.principal.clone(), context.tenant.clone())
}

fn size(statement: &Statement) -> usize {
    let row = statement.row.as_ref().map_or(0, RecordBatch::get_array_memory_size);
    BYTES_OF_ONE + statement.text.len() + statement.columns.fields().len() * BYTES_OF_COLUMN + row
}

/// Forgets what nobody used for long, and what this caller used longest ago while it has too much.
fn make_room(all: &mut HashMap<Handle, Kept>, principal: &Principal) {
    all.retain(|_, kept| kept.used.elapsed() < IDLE_MAX);
    loop {
        let own = all.iter().filter(|(_, kept)| kept.owner.0 == *principal);
        let sum = |(count, bytes), (_, kept): (&Handle, &Kept)| (count + 1, bytes + kept.bytes);
        let (count, bytes) = own.clone().fold((0, 0), sum);
        let oldest = own.min_by_key(|(_, kept)| kept.used).map(|(handle, _)| *handle);
        match oldest {
            Some(oldest) if count > OF_CALLER_MAX || bytes > BYTES_OF_CALLER_MAX => all.remove(&oldest),
            _ => return,
        };
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::{ArrayRef, StringArray};
    use arrow_schema::Schema;

    use super::*;

    fn context(name: &str, tenant: &str) -> Context {
        let principal = match name {
            "" => Principal::Anonymous,
            name => Principal::Service { name: name.to_owned() },
        };
        Context::new(principal, TenantName::parse(tenant).unwrap())
    }

    fn statement(text: &str) -> Statement {
        Statement { text: text.to_owned(), columns: Arc::new(Schema::empty()), row: None }
    }

    #[test]
    fn a_handle_is_of_its_maker_alone() {
        let prepared = Prepared::default();
        let mine = context("a", "default");
        let handle = prepared.keep(&mine, statement("SELECT 1")).unwrap();
        assert_eq!(prepared.get(&mine, &handle).unwrap().text, "SELECT 1");
        for other in [context("b", "default"), context("a", "other"), context("", "default")] {
            assert_eq!(prepared.get(&other, &handle).unwrap_err().kind, ErrorKind::NotFound);
            prepared.close(&other, &handle);
        }
        assert!(prepared.get(&mine, &handle).is_ok());
        prepared.close(&mine, &handle);
        for gone in [handle.as_slice(), b"", b"0123456789abcdef", b"0123456789abcdef0"] {
            assert_eq!(prepared.get(&mine, gone).unwrap_err().kind, ErrorKind::NotFound);
        }
    }

    #[test]
    fn many_or_large_ones_push_out_the_oldest_of_the_same_caller() {
        let prepared = Prepared::default();
        let other = prepared.keep(&context("b", "default"), statement("SELECT 1")).unwrap();
        let mine = context("", "default");
        let first = prepared.keep(&mine, statement("SELECT 1")).unwrap();
        for n in 0..OF_CALLER_MAX {
            prepared.keep(&context("", &format!("t{n}")), statement("SELECT 1")).unwrap();
        }
        assert!(prepared.get(&mine, &first).is_err());
        assert_eq!(prepared.kept.lock().len(), OF_CALLER_MAX + 1);
        let large = "x".repeat(1 << 20);
        let row = RecordBatch::try_from_iter([("$1", Arc::new(StringArray::from(vec![large])) as ArrayRef)]);
        let row = row.unwrap();
        for _ in 0..20 {
            let handle = prepared.keep(&mine, statement("SELECT $1")).unwrap();
            prepared.bind(&mine, &handle, row.clone()).unwrap();
        }
        let bytes: usize = prepared.kept.lock().values().map(|kept| kept.bytes).sum();
        assert!(bytes <= BYTES_OF_CALLER_MAX + 2 * BYTES_OF_ONE, "{bytes}");
        assert!(prepared.get(&context("b", "default"), &other).is_ok());
    }
}
