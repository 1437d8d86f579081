//! Who is put into the staff's record of training, and who could not be.
use super::{Refused, text};
use crate::{
    training::class::{Class, Recorded, Seat},
    web::ui::{self, when},
};
use maud::{Markup, html};

/// The field for the 職員番号 of who sat at a seat.
pub fn code_field(number: u32) -> String {
    format!("code_{number}")
}

pub fn on_record(class: &Class, path: &str, refused: &Refused) -> Markup {
    let put = class.taken().filter(|seat| seat.is_on_record()).count();
    let rest = class.taken().count() - put;
    html! {
        section class="card noprint" {
            h2 { "職員の台帳に載せる" }
            p { "職員番号のある人について、受けた研修を職員の台帳に載せます。本番の台帳に書くのは、これだけです。" }
            p { "載せた人 " strong { (put) "人" } "、載せていない人 " strong { (rest) "人" } }
            form class="form" method="post" action={ (path) "/trainings" } novalidate {
                ul class="rows" { @for seat in class.taken() { li class="rows__item" { (person(seat, refused)) } } }
                @if rest > 0 { (ui::submit("台帳に載せる")) }
            }
        }
    }
}

/// Where it stands already nothing can be changed: what is in the staff's record stays there.
fn person(seat: &Seat, refused: &Refused) -> Markup {
    let who = format!("席 {}　{}", seat.number, seat.name);
    if let Some(Recorded::Put(at)) = seat.recorded {
        return html! {
            p { (who) "（職員番号 " (seat.code) "）" }
            p { span class="tag tag--good" { "載せました" } " " (when(at)) }
        };
    }
    let why = match seat.recorded {
        Some(Recorded::Nobody) => format!(
            "載せていません。「{}」という職員番号の人はいません。番号を直して、もう一度「台帳に載せる」を押します",
            seat.code
        ),
        _ if seat.code.is_empty() => "職員番号がありません。空らんの人は、載せません".to_owned(),
        _ => "まだ載せていません".to_owned(),
    };
    let (field, label) = (code_field(seat.number), format!("{who}　職員番号"));
    let value = refused.value("trainings", &field, &seat.code);
    text(&field, &label, &why, value).render(&refused.errors)
}
