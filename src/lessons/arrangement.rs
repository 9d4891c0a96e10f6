//! The order of a course's lessons: some before the first module, the others in modules. Decides what a step does; writes nothing.

use crate::id::{LessonId, ModuleId};

/// Lessons in their order, by module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrangement {
    /// Lessons before the first module.
    before: Vec<LessonId>,
    /// The modules, each with its lessons.
    modules: Vec<(ModuleId, Vec<LessonId>)>,
}

impl Arrangement {
    /// From the modules and the lessons, both in their order. A lesson of no module that is known stands before the first.
    pub fn of(modules: &[ModuleId], lessons: &[(LessonId, Option<ModuleId>)]) -> Self {
        let mut arrangement =
            Self { before: Vec::new(), modules: modules.iter().map(|module| (*module, Vec::new())).collect() };
        for (lesson, module) in lessons {
            match arrangement.module_mut(*module) {
                Some(group) => group.push(*lesson),
                None => arrangement.before.push(*lesson),
            }
        }
        arrangement
    }

    /// The modules in their order.
    pub fn modules(&self) -> Vec<ModuleId> {
        self.modules.iter().map(|(module, _)| *module).collect()
    }

    /// The lessons in the order they are read in, each with its module.
    pub fn lessons(&self) -> Vec<(LessonId, Option<ModuleId>)> {
        let before = self.before.iter().map(|lesson| (*lesson, None));
        let after = self.modules.iter().flat_map(|(module, lessons)| lessons.iter().map(|id| (*id, Some(*module))));
        before.chain(after).collect()
    }

    /// Moves a lesson one place up (below 0) or down (above 0). At the edge of a module it goes over into the next one. Answers whether it moved: at
    /// the top and at the bottom of the course it stays.
    pub fn step(&mut self, lesson: LessonId, by: i64) -> bool {
        let Some((group, at)) = self.find(lesson) else { return false };
        let len = self.group(group).len();
        if by < 0 && at > 0 {
            self.group_mut(group).swap(at, at - 1);
        } else if by > 0 && at + 1 < len {
            self.group_mut(group).swap(at, at + 1);
        } else if by < 0 && group > 0 {
            let lesson = self.group_mut(group).remove(at);
            self.group_mut(group - 1).push(lesson);
        } else if by > 0 && group < self.modules.len() {
            let lesson = self.group_mut(group).remove(at);
            self.group_mut(group + 1).insert(0, lesson);
        } else {
            return false;
        }
        true
    }

    /// Puts a lesson into a module (none: before the first), before another lesson of it, or at its end. Answers false, and changes
    /// nothing, when one of them is not there.
    pub fn place(&mut self, lesson: LessonId, module: Option<ModuleId>, before: Option<LessonId>) -> bool {
        let Some((group, at)) = self.find(lesson) else { return false };
        let target = match module {
            None => 0,
            Some(module) => match self.modules.iter().position(|(id, _)| *id == module) {
                Some(place) => place + 1,
                None => return false,
            },
        };
        if before == Some(lesson) {
            return group == target;
        }
        if before.is_some_and(|before| !self.group(target).contains(&before)) {
            return false;
        }
        self.group_mut(group).remove(at);
        let into = self.group_mut(target);
        let place = before.and_then(|before| into.iter().position(|id| *id == before)).unwrap_or(into.len());
        into.insert(place, lesson);
        true
    }

    /// Moves a module with all its lessons one place up or down. Answers whether it moved.
    pub fn step_module(&mut self, module: ModuleId, by: i64) -> bool {
        let Some(at) = self.modules.iter().position(|(id, _)| *id == module) else { return false };
        let other = if by < 0 { at.checked_sub(1) } else { Some(at + 1) };
        match other.filter(|other| *other < self.modules.len()) {
            Some(other) => {
                self.modules.swap(at, other);
                true
            }
            None => false,
        }
    }

    /// Takes a module out. Its lessons keep their place: they go on at the end of what stands before it.
    pub fn dissolve(&mut self, module: ModuleId) {
        if let Some(at) = self.modules.iter().position(|(id, _)| *id == module) {
            let (_, lessons) = self.modules.remove(at);
            self.group_mut(at).extend(lessons);
        }
    }

    /// Which group a lesson stands in, and at which place of it. Group 0 is before the first module.
    fn find(&self, lesson: LessonId) -> Option<(usize, usize)> {
        (0..=self.modules.len())
            .find_map(|group| self.group(group).iter().position(|id| *id == lesson).map(|at| (group, at)))
    }

    fn group(&self, group: usize) -> &Vec<LessonId> {
        match group.checked_sub(1).and_then(|at| self.modules.get(at)) {
            Some((_, lessons)) => lessons,
            None => &self.before,
        }
    }

    fn group_mut(&mut self, group: usize) -> &mut Vec<LessonId> {
        match group.checked_sub(1).and_then(|at| self.modules.get_mut(at)) {
            Some((_, lessons)) => lessons,
            None => &mut self.before,
        }
    }

    fn module_mut(&mut self, module: Option<ModuleId>) -> Option<&mut Vec<LessonId>> {
        self.modules.iter_mut().find(|(id, _)| Some(*id) == module).map(|(_, lessons)| lessons)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lessons 1 and 2 before the first module, 3 and 4 in module 1, none in 2, 5 in 3.
    fn some() -> Arrangement {
        let module = |id: i64| Some(ModuleId(id));
        let lessons = [(1, None), (2, None), (3, module(1)), (4, module(1)), (5, module(3))];
        Arrangement::of(&[1, 2, 3].map(ModuleId), &lessons.map(|(id, module)| (LessonId(id), module)))
    }

    fn shape(arrangement: &Arrangement) -> String {
        let group = |lessons: &[LessonId]| lessons.iter().map(ToString::to_string).collect::<Vec<_>>().join("");
        let mut parts = vec![group(&arrangement.before)];
        parts.extend(arrangement.modules.iter().map(|(id, lessons)| format!("{id}:{}", group(lessons))));
        parts.join(" ")
    }

    #[test]
    fn a_step_goes_over_the_edge_of_a_module() {
        let mut order = some();
        for (lesson, by, after) in [
            (2, -1, "21 1:34 2: 3:5"),
            (2, -1, "21 1:34 2: 3:5"),
            (1, 1, "2 1:134 2: 3:5"),
            (4, 1, "2 1:13 2:4 3:5"),
            (4, 1, "2 1:13 2: 3:45"),
            (5, 1, "2 1:13 2: 3:45"),
            (4, -1, "2 1:13 2:4 3:5"),
            (4, -1, "2 1:134 2: 3:5"),
        ] {
            order.step(LessonId(lesson), by);
            assert_eq!(shape(&order), after);
        }
        assert!(!order.step(LessonId(5), 1) && !order.step(LessonId(2), -1) && !order.step(LessonId(9), 1));
    }

    #[test]
    fn a_lesson_is_put_before_another_or_at_the_end() {
        let mut order = some();
        assert!(order.place(LessonId(5), Some(ModuleId(1)), Some(LessonId(4))));
        assert_eq!(shape(&order), "12 1:354 2: 3:");
        assert!(order.place(LessonId(3), Some(ModuleId(1)), None));
        assert_eq!(shape(&order), "12 1:543 2: 3:");
        assert!(order.place(LessonId(4), None, Some(LessonId(1))));
        assert_eq!(shape(&order), "412 1:53 2: 3:");
        for (lesson, module, before) in [(9, None, None), (1, Some(9), None), (1, Some(2), Some(5))] {
            assert!(!order.place(LessonId(lesson), module.map(ModuleId), before.map(LessonId)));
        }
        assert!(order.place(LessonId(1), None, Some(LessonId(1))), "before itself it stays");
        assert_eq!(shape(&order), "412 1:53 2: 3:");
    }

    #[test]
    fn a_module_moves_with_its_lessons_and_leaves_them_behind() {
        let mut order = some();
        assert!(order.step_module(ModuleId(3), -1) && !order.step_module(ModuleId(1), -1));
        assert_eq!(shape(&order), "12 1:34 3:5 2:");
        order.dissolve(ModuleId(3));
        assert_eq!(shape(&order), "12 1:345 2:");
        order.dissolve(ModuleId(1));
        assert_eq!(shape(&order), "12345 2:");
    }

    proptest::proptest! {
        #[test]
        fn no_step_loses_or_doubles_a_lesson(steps in proptest::collection::vec((0u8..4, 1i64..8, 0i64..5, 0i64..8), 0..60)) {
            let mut order = some();
            for (what, lesson, module, other) in steps {
                match what {
                    0 => { order.step(LessonId(lesson), other - 4); }
                    1 => { order.place(LessonId(lesson), Some(ModuleId(module)), Some(LessonId(other))); }
                    2 => { order.place(LessonId(lesson), (module > 0).then_some(ModuleId(module)), None); }
                    _ => { order.step_module(ModuleId(module), other - 4); }
                }
                let mut ids: Vec<i64> = order.lessons().iter().map(|(id, _)| id.0).collect();
                proptest::prop_assert_eq!(&Arrangement::of(&order.modules(), &order.lessons()), &order);
                ids.sort_unstable();
                proptest::prop_assert_eq!(ids, [1, 2, 3, 4, 5]);
            }
        }
    }
}
