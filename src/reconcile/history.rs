//! The steps that were tried for an object as it is now, over all passes since it changed or was Ready
//! last. Pure.
//!
//! Invariant: a step that the cloud accepts again and again for the same differences is found, also
//! where others are done in between: two steps that undo each other come to an end.

use super::kind::{Difference, Effect, Step};
use super::settings::MAX_REPEATS;

/// Different steps that are counted. Steps that undo each other are few; what is not done again is
/// forgotten first.
const MOST: usize = 32;

/// What was tried.
#[derive(Clone, Debug, Default)]
pub(super) struct History {
    /// Each step once for the same differences; the one done last is the last.
    done: Vec<Done>,
    /// The step that the cloud refused last, where nothing was done since.
    refused: Option<Refused>,
}

/// A step that the cloud accepted, why, and how often.
#[derive(Clone, Debug)]
struct Done {
    step: &'static str,
    effect: Effect,
    why: Vec<Difference>,
    times: u32,
}

/// A step that the cloud refused.
#[derive(Clone, Copy, Debug)]
struct Refused {
    step: &'static str,
    effect: Effect,
    /// The refusal says that nothing of it took place.
    without_effect: bool,
    /// Somebody else wrote the status since.
    overwritten: bool,
}

/// A step that is due once more, although the cloud accepted it so often.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Futile {
    /// How often.
    pub(super) times: u32,
    /// The step that was done since.
    pub(super) undone_by: Option<&'static str>,
}

impl History {
    /// The cloud accepted this step.
    pub(super) fn note_done<S: Step>(&mut self, step: &S, why: &[Difference]) {
        self.refused = None;
        let times = match self.place(step.name(), why) {
            Some(place) => self.done.remove(place).times.saturating_add(1),
            None => 1,
        };
        if step.effect() == Effect::Delete {
            // What was done before was done to another resource; how often one is made anew, the kind bounds.
            self.done.clear();
        } else if self.done.len() == MOST {
            self.done.remove(0);
        }
        self.done.push(Done {
            step: step.name(),
            effect: step.effect(),
            why: why.to_vec(),
            times,
        });
    }

    /// The cloud refused this step; `without_effect`: for certain, nothing of it took place.
    pub(super) fn note_refused<S: Step>(&mut self, step: &S, without_effect: bool) {
        self.refused = Some(Refused {
            step: step.name(),
            effect: step.effect(),
            without_effect,
            overwritten: false,
        });
    }

    /// Somebody else wrote the status: another operator may be at work, too.
    pub(super) fn note_overwritten(&mut self) {
        if let Some(refused) = &mut self.refused {
            refused.overwritten = true;
        }
    }

    /// Whether the cloud refused a create last.
    pub(super) fn waits_to_create(&self) -> bool {
        self.refused
            .is_some_and(|refused| refused.effect == Effect::Create && refused.without_effect)
    }

    /// Name and effect of the step done last.
    pub(super) fn last(&self) -> Option<(&'static str, Effect)> {
        self.done.last().map(|done| (done.step, done.effect))
    }

    /// Whether the cloud refused this very step last, and the status that says so is still there. Of a
    /// create the refusal must say that nothing was made: one that may have arrived is announced anew.
    pub(super) fn is_retry<S: Step>(&self, step: &S) -> bool {
        self.refused.is_some_and(|refused| {
            refused.step == step.name()
                && !refused.overwritten
                && (refused.without_effect || step.effect() != Effect::Create)
        })
    }

    /// Whether doing this step once more only costs. Tests have an end of their own, and a deletion is
    /// sent again on purpose.
    pub(super) fn futile<S: Step>(&self, step: &S, why: &[Difference]) -> Option<Futile> {
        if matches!(step.effect(), Effect::Delete | Effect::Test) {
            return None;
        }
        let place = self.place(step.name(), why)?;
        let times = self.done.get(place)?.times;
        let undone_by = self.done.last().filter(|_| place + 1 < self.done.len());
        (times >= MAX_REPEATS).then_some(Futile {
            times,
            undone_by: undone_by.map(|last| last.step),
        })
    }

    fn place(&self, step: &str, why: &[Difference]) -> Option<usize> {
        let same = |done: &Done| done.step == step && done.why == why;
        self.done.iter().position(same)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Test(&'static str, Effect);

    impl Step for Test {
        type Desired = ();
        type Observed = ();

        fn name(&self) -> &'static str {
            self.0
        }

        fn effect(&self) -> Effect {
            self.1
        }
    }

    const TAG: Test = Test("Tag", Effect::Update);
    const UNTAG: Test = Test("Untag", Effect::Update);
    const CREATE: Test = Test("Create", Effect::Create);

    fn field(name: &str) -> Vec<Difference> {
        vec![Difference {
            field: name.to_owned(),
            from: None,
            to: None,
        }]
    }

    #[test]
    fn a_step_that_is_not_kept_is_futile_after_some_times_alone_or_alternating() {
        let mut alone = History::default();
        for times in 0..MAX_REPEATS {
            assert_eq!(alone.futile(&TAG, &field("a")), None, "{times}");
            alone.note_done(&TAG, &field("a"));
        }
        let expected = Futile {
            times: MAX_REPEATS,
            undone_by: None,
        };
        assert_eq!(alone.futile(&TAG, &field("a")), Some(expected));
        assert_eq!(alone.futile(&TAG, &field("b")), None, "another reason");
        assert_eq!(alone.futile(&UNTAG, &field("a")), None, "another step");

        let mut both = History::default();
        for _ in 0..MAX_REPEATS {
            both.note_done(&UNTAG, &field("a"));
            both.note_done(&TAG, &field("a"));
        }
        let expected = Futile {
            times: MAX_REPEATS,
            undone_by: Some("Tag"),
        };
        assert_eq!(both.futile(&UNTAG, &field("a")), Some(expected));
    }

    #[test]
    fn what_is_sent_again_on_purpose_is_never_futile() {
        for effect in [Effect::Delete, Effect::Test] {
            let step = Test("again", effect);
            let mut history = History::default();
            (0..9).for_each(|_| history.note_done(&step, &[]));
            assert_eq!(history.futile(&step, &[]), None, "{effect:?}");
        }
    }

    #[test]
    fn a_resource_that_is_made_anew_is_another_one() {
        let delete = Test("Delete", Effect::Delete);
        let mut history = History::default();
        for _ in 0..9 {
            assert_eq!(history.futile(&CREATE, &[]), None);
            history.note_done(&CREATE, &[]);
            history.note_done(&delete, &[]);
        }
        assert_eq!(history.last(), Some(("Delete", Effect::Delete)));
    }

    #[test]
    fn the_history_is_bounded_and_forgets_what_is_not_done_again() {
        let mut history = History::default();
        for number in 0..1000 {
            history.note_done(&UNTAG, &field(&number.to_string()));
            history.note_done(&TAG, &field("a"));
        }
        assert_eq!(history.done.len(), MOST);
        assert!(history.futile(&TAG, &field("a")).is_some());
    }

    #[test]
    fn a_retry_is_of_the_step_that_was_refused_last() {
        let mut history = History::default();
        assert!(!history.is_retry(&TAG));
        history.note_refused(&TAG, false);
        assert!(history.is_retry(&TAG) && !history.is_retry(&UNTAG));
        history.note_done(&UNTAG, &[]);
        assert!(!history.is_retry(&TAG), "something was done since");
        history.note_refused(&CREATE, true);
        assert!(history.is_retry(&CREATE));
        history.note_refused(&CREATE, false);
        assert!(!history.is_retry(&CREATE), "it may have arrived");
        history.note_refused(&TAG, false);
        history.note_overwritten();
        assert!(!history.is_retry(&TAG), "another operator may be at work");
    }
}
