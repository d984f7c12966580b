use super::*;

fn key(family: Family) -> Key {
    Key {
        account: "000000000000".into(),
        region: "eu-west-1".into(),
        family,
    }
}

fn ten_a_second() -> (Budgets, Key) {
    (
        Budgets::new(Rates {
            lambda: 10.0,
            lambda_get: 0.0,
            cloudfront: 0.5,
        }),
        key(Family::Lambda),
    )
}

/// The usual deadline.
fn later() -> Instant {
    Instant::now() + LONGEST_WAIT
}

/// A budget whose burst is used up.
async fn drained() -> (Budgets, Key) {
    let (budgets, key) = ten_a_second();
    while budgets.take(&key, BudgetMode::Try, later()).await.is_ok() {}
    (budgets, key)
}

/// Within a timer's millisecond.
fn about(found: Duration, wanted: Duration) {
    let off = found.abs_diff(wanted);
    assert!(
        off <= Duration::from_millis(2),
        "{found:?} is not about {wanted:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn ten_seconds_give_a_burst_and_then_the_rate() {
    let (budgets, key) = ten_a_second();
    let start = Instant::now();
    let mut taken = 0;
    loop {
        budgets.take(&key, BudgetMode::Wait, later()).await.unwrap();
        if start.elapsed() > Duration::from_millis(10_050) {
            break;
        }
        taken += 1;
    }
    assert_eq!(
        taken,
        9 + 100,
        "a burst of one second's calls but one, and ten seconds at ten a second"
    );
}

#[tokio::test(start_paused = true)]
async fn a_burst_is_one_seconds_worth_but_one_and_comes_back_by_waiting() {
    let (budgets, key) = ten_a_second();
    for _ in 0..9 {
        assert_eq!(
            budgets.take(&key, BudgetMode::Try, later()).await,
            Ok(Waited(Duration::ZERO))
        );
    }
    assert!(budgets.take(&key, BudgetMode::Try, later()).await.is_err());
    tokio::time::advance(Duration::from_mins(1)).await;
    for _ in 0..9 {
        assert!(budgets.take(&key, BudgetMode::Try, later()).await.is_ok());
    }
    assert!(
        budgets.take(&key, BudgetMode::Try, later()).await.is_err(),
        "a minute's rest is still one burst"
    );
}

#[tokio::test(start_paused = true)]
async fn less_than_one_a_second_still_has_a_burst_of_one() {
    let (budgets, _) = ten_a_second();
    let key = key(Family::CloudFront);
    assert!(budgets.take(&key, BudgetMode::Try, later()).await.is_ok());
    about(budgets.opens_in(&key), Duration::from_secs(2));
}

#[tokio::test(start_paused = true)]
async fn a_rate_of_zero_is_no_limit_but_a_throttle_still_closes() {
    let (budgets, _) = ten_a_second();
    let key = key(Family::LambdaGet);
    for _ in 0..1000 {
        assert!(budgets.take(&key, BudgetMode::Try, later()).await.is_ok());
    }
    budgets.throttled(&key, Some(Duration::from_secs(3)));
    about(budgets.opens_in(&key), Duration::from_secs(3));
    about(
        budgets
            .take(&key, BudgetMode::Wait, later())
            .await
            .unwrap()
            .0,
        Duration::from_secs(3),
    );
    assert_eq!(budgets.opens_in(&key), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_background_check_declines_and_reserves_nothing() {
    let (budgets, key) = drained().await;
    let before = budgets.opens_in(&key);
    for _ in 0..100 {
        assert_eq!(
            budgets.take(&key, BudgetMode::Try, later()).await,
            Err(NoToken::UsedUp { after: before })
        );
    }
    assert_eq!(budgets.opens_in(&key), before);
}

#[tokio::test(start_paused = true)]
async fn tokens_are_given_in_the_order_of_asking() {
    let (budgets, key) = drained().await;
    let given = Arc::new(Mutex::new(Vec::new()));
    let mut tasks = Vec::new();
    for n in 0..20 {
        let (budgets, key, given) = (budgets.clone(), key.clone(), given.clone());
        tasks.push(tokio::spawn(async move {
            budgets.take(&key, BudgetMode::Wait, later()).await.unwrap();
            given.lock().unwrap().push(n);
        }));
        tokio::task::yield_now().await;
    }
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(*given.lock().unwrap(), (0..20).collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn a_throttle_empties_the_family_and_moves_those_who_wait_in_order() {
    let (budgets, key) = drained().await;
    let start = Instant::now();
    let given = Arc::new(Mutex::new(Vec::new()));
    let mut tasks = Vec::new();
    for n in 0..5 {
        let (budgets, key, given) = (budgets.clone(), key.clone(), given.clone());
        tasks.push(tokio::spawn(async move {
            budgets.take(&key, BudgetMode::Wait, later()).await.unwrap();
            given.lock().unwrap().push((n, start.elapsed()));
        }));
        tokio::task::yield_now().await;
    }
    tokio::time::sleep(Duration::from_millis(250)).await;
    budgets.throttled(&key, Some(Duration::from_secs(4)));
    let late = budgets.take(&key, BudgetMode::Wait, later());
    for task in tasks {
        task.await.unwrap();
    }
    late.await.unwrap();
    let given = given.lock().unwrap().clone();
    assert_eq!(
        given.iter().map(|(n, _)| *n).collect::<Vec<_>>(),
        [0, 1, 2, 3, 4]
    );
    for ((_, at), wanted) in given.iter().zip([100, 200, 4300, 4400, 4500]) {
        about(*at, Duration::from_millis(wanted));
    }
    assert!(
        start.elapsed() >= Duration::from_millis(4599),
        "who came after the throttle comes last"
    );
}

#[tokio::test(start_paused = true)]
async fn a_throttle_takes_the_burst_away() {
    let (budgets, key) = ten_a_second();
    budgets.throttled(&key, Some(Duration::from_secs(5)));
    about(
        budgets
            .take(&key, BudgetMode::Wait, later())
            .await
            .unwrap()
            .0,
        Duration::from_secs(5),
    );
    about(budgets.opens_in(&key), Duration::from_millis(100));
}

#[tokio::test(start_paused = true)]
async fn throttles_without_a_time_double_to_thirty_seconds_and_a_success_resets() {
    let (budgets, key) = ten_a_second();
    for wanted in [1, 2, 4, 8, 16, 30, 30] {
        budgets.throttled(&key, None);
        about(budgets.opens_in(&key), Duration::from_secs(wanted));
        tokio::time::advance(Duration::from_millis(500)).await;
        budgets.throttled(&key, None);
        let opens = budgets.opens_in(&key);
        about(opens, Duration::from_secs(wanted));
        budgets.succeeded(&key);
        tokio::time::advance(opens).await;
    }
    budgets.succeeded(&key);
    budgets.throttled(&key, None);
    about(budgets.opens_in(&key), Duration::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn an_absurd_retry_after_is_capped() {
    let (budgets, key) = ten_a_second();
    budgets.throttled(&key, Some(Duration::from_hours(24)));
    about(budgets.opens_in(&key), LONGEST_RETRY_AFTER);
}

#[tokio::test(start_paused = true)]
async fn a_waiter_that_goes_away_loses_its_token_and_stops_nobody() {
    let (budgets, key) = drained().await;
    let gone = tokio::time::timeout(
        Duration::from_millis(50),
        budgets.take(&key, BudgetMode::Wait, later()),
    )
    .await;
    assert!(gone.is_err());
    about(
        budgets
            .take(&key, BudgetMode::Wait, later())
            .await
            .unwrap()
            .0,
        Duration::from_millis(150),
    );
}

#[tokio::test(start_paused = true)]
async fn accounts_regions_and_families_have_budgets_of_their_own() {
    let (budgets, one) = drained().await;
    let other_region = Key {
        region: "us-east-1".into(),
        ..one.clone()
    };
    let other_account = Key {
        account: "111111111111".into(),
        ..one.clone()
    };
    budgets.throttled(&one, Some(Duration::from_secs(9)));
    for key in [other_region, other_account, key(Family::LambdaGet)] {
        assert!(
            budgets.take(&key, BudgetMode::Try, later()).await.is_ok(),
            "{key:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn who_would_wait_too_long_comes_back_instead_and_reserves_nothing() {
    let (budgets, key) = ten_a_second();
    budgets.throttled(&key, Some(Duration::from_mins(1)));
    let Err(NoToken::UsedUp { after }) = budgets.take(&key, BudgetMode::Wait, later()).await else {
        panic!("a minute is too long to hold a place")
    };
    about(after, Duration::from_mins(1));
    tokio::time::advance(Duration::from_secs(40)).await;
    about(
        budgets
            .take(&key, BudgetMode::Wait, later())
            .await
            .unwrap()
            .0,
        Duration::from_secs(20),
    );
}

#[tokio::test(start_paused = true)]
async fn who_waits_gets_no_token_once_a_throttle_moved_it_behind_its_deadline() {
    for retry_after in [3, 30, 300] {
        let (budgets, key) = drained().await;
        let start = Instant::now();
        let until = start + Duration::from_secs(2);
        let waiting = budgets.take(&key, BudgetMode::Wait, until);
        budgets.throttled(&key, Some(Duration::from_secs(retry_after)));
        assert!(waiting.await.is_err(), "closed for {retry_after} s");
        assert!(start.elapsed() <= Duration::from_secs(2));
    }
    let (budgets, key) = drained().await;
    let passed = Instant::now();
    tokio::time::advance(Duration::from_mins(1)).await;
    let late = budgets.take(&key, BudgetMode::Wait, passed).await;
    assert!(
        late.is_err(),
        "a deadline that is over before the wait begins"
    );
}

#[tokio::test(start_paused = true)]
async fn what_is_as_a_new_budget_would_be_is_not_kept() {
    let (budgets, used) = ten_a_second();
    for number in 0..300 {
        let invented = Key {
            region: format!("xx-{number}").into(),
            ..used.clone()
        };
        assert!(
            budgets
                .take(&invented, BudgetMode::Try, Instant::now())
                .await
                .is_ok()
        );
    }
    tokio::time::advance(LONGEST_RETRY_AFTER + Duration::from_secs(1)).await;
    budgets.throttled(&used, None);
    tokio::time::advance(FIRST_CLOSING).await;
    assert!(
        budgets
            .take(&key(Family::LambdaGet), BudgetMode::Try, Instant::now())
            .await
            .is_ok()
    );
    let kept = budgets.buckets.lock().unwrap().len();
    assert_eq!(
        kept, 2,
        "the one that was throttled lately, and the new one"
    );
}

#[tokio::test(start_paused = true)]
async fn after_a_stop_nobody_gets_a_token_not_even_who_waits_for_one() {
    let stop = CancellationToken::new();
    let (budgets, key) = ten_a_second();
    let budgets = budgets.until(stop.clone());
    budgets.throttled(&key, Some(Duration::from_secs(20)));
    let start = Instant::now();
    let stopping = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        stop.cancel();
    };
    let (waiting, ()) = tokio::join!(budgets.take(&key, BudgetMode::Wait, later()), stopping);
    assert_eq!(waiting, Err(NoToken::Stopping));
    about(start.elapsed(), Duration::from_secs(1));
    tokio::time::advance(Duration::from_mins(5)).await;
    for mode in [BudgetMode::Wait, BudgetMode::Try] {
        assert_eq!(
            budgets.take(&key, mode, later()).await,
            Err(NoToken::Stopping)
        );
    }
}
