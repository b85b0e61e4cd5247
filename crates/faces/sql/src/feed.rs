//! The rows of an answer on their way to one reader.

use std::{sync::Arc, time::Duration};

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use senne_hub::{Answer, Context, Question, SqlLimits};
use senne_model::{ErrorKind, Problem};
use tokio::{sync::mpsc, time::Instant};

use crate::{
    face::Face,
    shape::{Shape, Wire},
};

/// So many batches wait for the reader here; as many again wait in the engine.
const BATCHES_WAITING: usize = 1;

/// So long a slow reader may still take batches after the question's own time has passed.
const GRACE: Duration = Duration::from_secs(5);

/// What comes.
#[derive(Debug)]
pub(crate) enum Event {
    /// Rows, in the shape that was asked for.
    Rows(RecordBatch),
    /// The end.
    End {
        /// Whether there were more rows than the limit.
        truncated: bool,
    },
}

/// The rows of one question. Dropping it ends the query, at once.
#[derive(Debug)]
pub(crate) struct Feed {
    schema: SchemaRef,
    limits: SqlLimits,
    events: mpsc::Receiver<Result<Event, Problem>>,
}

impl Feed {
    /// Asks, and lets the rows come.
    pub(crate) async fn open(
        face: &Face,
        context: &Context,
        question: Question,
        wire: Wire,
    ) -> Result<Self, Problem> {
        let answer = face.hub.ask(context, question).await?;
        let shape = Shape::new(answer.rows.schema(), wire);
        let (schema, limits) = (Arc::clone(shape.schema()), answer.limits);
        let (to, events) = mpsc::channel(BATCHES_WAITING);
        tokio::spawn(watch(answer, shape, to, face.stop.clone()));
        Ok(Self { schema, limits, events })
    }

    /// The columns, as they are sent.
    pub(crate) fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// What the question may use.
    pub(crate) fn limits(&self) -> SqlLimits {
        self.limits
    }

    /// What to say when rows are missing that nobody agreed to miss.
    pub(crate) fn cut(&self) -> Problem {
        let detail = format!(
            "there are more rows than the {} that one answer may have for this caller; narrow the question, or limit it",
            self.limits.rows_max
        );
        Problem::new(ErrorKind::TooComplex, detail)
    }

    /// What comes next. After an error, and after the end, nothing may be asked any more.
    pub(crate) async fn next(&mut self) -> Result<Event, Problem> {
        let slow = || Err(Problem::new(ErrorKind::Timeout, "the rows were not taken in time; ask for less"));
        self.events.recv().await.unwrap_or_else(slow)
    }
}

type To = mpsc::Sender<Result<Event, Problem>>;

/// Owns the answer, so that it ends with its reader, with the server, or with its time, whichever comes first: a reader that
/// stops reading without hanging up must not keep its caller's turn.
async fn watch(answer: Answer, shape: Shape, to: To, stop: tokio_util::sync::CancellationToken) {
    let _open = Open::new();
    let until = Instant::now() + answer.limits.time_max + GRACE;
    tokio::select! {
        () = give(answer, &shape, &to) => {}
        () = to.closed() => {}
        () = tokio::time::sleep_until(until) => {}
        () = stop.cancelled() => {
            to.try_send(Err(Problem::new(ErrorKind::Overloaded, "Senne is stopping; ask again later"))).ok();
        }
    }
}

async fn give(mut answer: Answer, shape: &Shape, to: &To) {
    loop {
        let event = match answer.rows.next().await {
            Some(Ok(batch)) => shape.apply(&batch).map(Event::Rows),
            Some(Err(problem)) => Err(problem),
            None => Ok(Event::End { truncated: answer.rows.truncated() }),
        };
        let last = !matches!(event, Ok(Event::Rows(_)));
        if to.send(event).await.is_err() || last {
            return;
        }
    }
}

/// Counts the questions under way.
struct Open;

impl Open {
    fn new() -> Self {
        metrics::gauge!("senne_sql_questions_open").increment(1.0);
        Self
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        metrics::gauge!("senne_sql_questions_open").decrement(1.0);
    }
}
