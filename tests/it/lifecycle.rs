//! Any order of what people, browsers, the gateway and the clock may do (R2, R3): states move along the edges of the table
//! alone, for the reason at hand, and in the end no result was ignored. `make lifecycles` tries many orders (LIFECYCLES,
//! LIFECYCLES_SEED); one that fails is made as short as it can be.
mod model;
mod play;

use crate::plan::number;
use play::play;
use proptest::{
    prelude::*,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};

/// What may happen. `usize` picks one of the applications that there are.
#[derive(Clone, Copy, Debug)]
pub enum Step {
    /// Somebody applies, up to the institution's door; the account's last digits decide how it ends there. The answer of
    /// the gateway may get lost.
    Apply {
        digits: &'static str,
        drop: bool,
    },
    /// The same body once more.
    ClickAgain(usize),
    /// A refused one with another account.
    Retry {
        which: usize,
        digits: &'static str,
    },
    /// At the institution: through, or away from it.
    Complete(usize),
    Cancel(usize),
    /// The browser comes back; a second time it is a repetition.
    Return(usize),
    /// A signed push; what it says may be wrong.
    Push {
        which: usize,
        says: &'static str,
    },
    /// A return or push of a stranger.
    Forge {
        which: usize,
        kind: &'static str,
    },
    /// 「手続きが終わったので、結果を確認する」
    Ask(usize),
    /// The clock goes on, and what is due is done.
    Pass {
        minutes: i64,
    },
    /// The file of the day so far.
    DailyFile,
    /// No inquiry is answered, or each is again.
    Deaf(bool),
    /// Results that are decided from now on are told the wrong way round for so long, or truly again (0).
    LateChange {
        minutes: i64,
    },
    /// By staff.
    Withdraw(usize),
}

const DIGITS: [&str; 6] = ["67", "01", "22", "24", "25", "20"];

fn step() -> impl Strategy<Value = Step> {
    use proptest::sample::select;
    let which = || 0..3_usize;
    let digits = || select(&DIGITS[..]);
    prop_oneof![
        3 => (digits(), prop::bool::weighted(0.2)).prop_map(|(digits, drop)| Step::Apply { digits, drop }),
        1 => which().prop_map(Step::ClickAgain),
        3 => (which(), digits()).prop_map(|(which, digits)| Step::Retry { which, digits }),
        6 => which().prop_map(Step::Complete),
        1 => which().prop_map(Step::Cancel),
        4 => which().prop_map(Step::Return),
        3 => (which(), select(&["success", "fail", "started"][..])).prop_map(|(which, says)| Step::Push { which, says }),
        1 => (which(), select(&["return", "push"][..])).prop_map(|(which, kind)| Step::Forge { which, kind }),
        1 => which().prop_map(Step::Ask),
        6 => select(&[0, 1, 7, 31, 95, 26 * 60][..]).prop_map(|minutes| Step::Pass { minutes }),
        2 => Just(Step::DailyFile),
        2 => any::<bool>().prop_map(Step::Deaf),
        2 => select(&[0, 90, 50 * 60][..]).prop_map(|minutes| Step::LateChange { minutes }),
        2 => which().prop_map(Step::Withdraw),
    ]
}

#[test]
fn no_order_of_events_leaves_the_table_or_ignores_a_result() {
    let (cases, seed) = (number("LIFECYCLES", 3), number("LIFECYCLES_SEED", 5));
    let config = Config {
        cases: u32::try_from(cases).unwrap(),
        failure_persistence: None,
        max_shrink_iters: 60,
        ..Config::default()
    };
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes));
    let played = std::cell::RefCell::new(model::Figures::default());
    let steps = prop::collection::vec(step(), 6..24);
    let result = runner.run(&steps, |steps| {
        let figures = actix_web::rt::System::new().block_on(play(&steps));
        played.borrow_mut().add(&figures);
        Ok(())
    });
    let played = played.into_inner();
    println!("{cases} orders (seed {seed}), on each database: {played:?}");
    result.unwrap_or_else(|error| panic!("{error}"));
    // Rare orders come only in the long form.
    let is_long = cases >= 100;
    assert!(played.steps > 0 && played.registered > 0, "{played:?}");
    assert!(!is_long || played.late_successes > 0, "{played:?}");
}
