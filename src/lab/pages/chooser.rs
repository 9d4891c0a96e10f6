//! Which to choose: three questions, and an answer with its reasons.

use leptos::prelude::*;

use crate::lab::chooser::{Answer, QUESTIONS, Question, choose};

/// The questions as they were answered, and what that comes to, or what is missing where it was asked for.
pub fn section(chosen: &[String; 3], is_asked: bool) -> AnyView {
    let questions: Vec<AnyView> =
        QUESTIONS.iter().zip(chosen).map(|(question, chosen)| asked(question, chosen)).collect();
    let answer = match choose(&chosen[0], &chosen[1], &chosen[2]) {
        Some(answer) => answered(answer),
        None if is_asked => {
            view! { <div class="note warn" role="status"><p>"Answer all three, then ask again."</p></div> }.into_any()
        }
        None => ().into_any(),
    };
    view! {
        <section class="hung" id="choose" aria-labelledby="choosing">
            <div><h2 id="choosing">"Which for your own site?"</h2><p>"Three questions."</p></div>
            <div>
                {answer}
                <form class="fields" method="get" action="/lab#choose">
                    <input type="hidden" name="asked" value="yes" />
                    {questions}
                    <div class="buttons"><button class="button">"Which one?"</button></div>
                </form>
            </div>
        </section>
    }
    .into_any()
}

fn asked(question: &Question, chosen: &str) -> AnyView {
    let (key, words) = (question.key, question.words);
    let answers: Vec<AnyView> = question
        .answers
        .iter()
        .map(|(answer, words)| {
            let id = format!("{key}-{answer}");
            view! {
                <div class="check">
                    <input type="radio" id=id.clone() name=key value=*answer checked=*answer == chosen />
                    <label for=id>{*words}</label>
                </div>
            }
            .into_any()
        })
        .collect();
    view! { <fieldset class="checks"><legend>{words}</legend>{answers}</fieldset> }.into_any()
}

fn answered(answer: Answer) -> AnyView {
    let list = |sentences: Vec<&'static str>| {
        sentences.into_iter().map(|words| view! { <li>{words}</li> }.into_any()).collect::<Vec<AnyView>>()
    };
    let mind = (!answer.mind.is_empty()).then(|| {
        let mind = list(answer.mind);
        view! { <h4>"Mind"</h4><ul>{mind}</ul> }
    });
    let reasons = list(answer.reasons);
    view! {
        <div class="note info" role="status">
            <h3>{answer.advice.heading()}</h3>
            <ul>{reasons}</ul>
            {mind}
            <p><a href="/courses/sessions-and-tokens/lessons/choosing-for-your-own-site">"The lesson about choosing"</a></p>
        </div>
    }
    .into_any()
}
