drop index attempts_successes;
drop index attempts_guesses;
