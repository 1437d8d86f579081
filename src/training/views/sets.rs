//! The exercises of a class to be: a set at once, or one by one.
use super::or;
use crate::{
    training::{
        exercises::{ALL, COURSES, OWN, SCENES},
        school::School,
    },
    web::{
        FormBody,
        ui::{self, Choice, FieldError},
    },
};
use maud::{Markup, html};

fn sets(school: &School) -> Vec<(&'static str, String)> {
    let all = [(ALL, "すべて".to_owned())];
    let courses = COURSES.map(|(word, label)| (word, label.to_owned()));
    let scenes = SCENES.map(|(word, label)| (word, format!("場面「{label}」")));
    let mut sets = vec![];
    for (word, label) in all.into_iter().chain(courses).chain(scenes) {
        let (mut count, mut minutes) = (0, 0);
        for exercise in school.exercises().of_set(word) {
            (count, minutes) = (count + 1, minutes + exercise.head.minutes);
        }
        // A bureau may have put its own exercises in the place of ours.
        if count > 0 {
            sets.push((word, format!("{label}（{count}課題、{minutes}分）")));
        }
    }
    sets.push((OWN, "えらんで決める（下の「課題」から）".to_owned()));
    sets
}

/// `is_fresh` where nothing was sent yet; whoever sent no set chose one by one.
pub fn exercises(school: &School, typed: &FormBody, is_fresh: bool, errors: &[FieldError]) -> Markup {
    let sets = sets(school);
    let list: Vec<Choice> = sets
        .iter()
        .map(|(value, label)| Choice { value, label, note: "" })
        .collect();
    let chosen = if is_fresh { ALL } else { or(typed.get("set"), OWN) };
    html! {
        (ui::choices("set", "課題のまとまり", "", chosen, &list, errors))
        fieldset class="field" id="exercises" tabindex="-1" {
            legend { "課題" }
            p class="hint" { "「えらんで決める」のときに使います。受入テストでは、受入テスト用のものをすべて行います。" }
            (ui::error_message("exercises", errors))
            div class="radios" { @for exercise in school.exercises().iter() {
                @let name = format!("exercise_{}", exercise.head.id);
                div class="checkbox" {
                    input type="checkbox" id=(name) name=(name) value="yes" checked[is_fresh || typed.get(&name) == "yes"];
                    label for=(name) { (exercise.head.title) "（" (exercise.head.minutes) "分）" }
                }
            } }
        }
    }
}
