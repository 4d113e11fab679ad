using AsyncStack.Core.Workflows.Definition;
using AsyncStack.Core.Workflows.Running;

namespace AsyncStack.Core.Tests.Workflows;

/// <summary>Random workflows whose jobs end in random order, with cancels and steps that are run again, held against <see cref="NaiveRun"/>.</summary>
public sealed class RunMachineModelTests
{
    private const int Graphs = 10_000;

    [Fact]
    public void Ends_are_those_of_the_naive_run_whatever_the_order()
    {
        for (var seed = 0; seed < Graphs; seed++)
        {
            var trial = new Trial(seed);
            trial.RunToTheEnd();
            trial.Check(NaiveRun.Ends(trial.Graph, trial.Rounds));
        }
    }

    [Fact]
    public void Steps_that_are_run_again_end_as_if_they_had_never_run_before()
    {
        for (var seed = 0; seed < Graphs; seed++)
        {
            var trial = new Trial(seed);
            trial.RunToTheEnd();
            for (var again = 0; again < 3; again++)
            {
                var from = trial.Random.Next(trial.Machine.Steps.Count);
                var kept = trial.States().Select((s, i) => (s, i)).Where(s => !trial.Graph.Plan.From(from).Contains(s.i)).ToList();
                Assert.True(trial.Machine.Restart(trial.Graph.Plan.From(from)), $"seed {seed}");
                trial.RunToTheEnd();
                Assert.All(kept, k => Assert.Equal(k.s, trial.Machine.Steps[k.i].State));
                trial.Check(NaiveRun.Ends(trial.Graph, trial.Rounds));
            }
        }
    }

    [Fact]
    public void Cancel_ends_what_has_not_ended_leaves_what_has_and_starts_nothing_more()
    {
        for (var seed = 0; seed < Graphs; seed++)
        {
            var trial = new Trial(seed);
            trial.RunSome(trial.Random.Next(20));
            var before = trial.States();

            trial.Machine.Cancel();
            trial.EndLateJobs();

            Assert.Empty(trial.Machine.Next());
            Assert.Equal([.. before.Select(s => StepState.HasEnded(s) ? s : StepState.Canceled)], trial.States());
        }
    }

    [Fact]
    public void Run_goes_on_from_its_written_state_as_from_memory()
    {
        for (var seed = 0; seed < Graphs / 10; seed++)
        {
            var (kept, forgotten) = (new Trial(seed), new Trial(seed) { Forgets = true });
            kept.RunToTheEnd();
            forgotten.RunToTheEnd();
            Assert.Equal(kept.States(), forgotten.States());
        }
    }

    /// <summary>Runs one graph and checks on the way what must always hold.</summary>
    private sealed class Trial
    {
        private readonly List<(int Place, int Round, int Item)> _live = [];
        private readonly HashSet<(int Place, int Round, int Item)> _started = [];
        private readonly int _seed;

        public Trial(int seed)
        {
            _seed = seed;
            Graph = new RandomGraph(new Random(seed));
            Random = new Random(seed + 1);
            Machine = new RunMachine(Graph.Plan, [.. Enumerable.Range(0, Graph.Plan.Steps.Count).Select(p => new StepProgress(p))]);
        }

        public RandomGraph Graph { get; }

        public Random Random { get; }

        public RunMachine Machine { get; private set; }

        public bool Forgets { get; init; }

        public IReadOnlyList<int> Rounds => [.. Machine.Steps.Select(s => s.Round)];

        public string[] States() => [.. Machine.Steps.Select(s => s.State)];

        public void RunToTheEnd()
        {
            RunSome(int.MaxValue);
            Assert.True(Machine.Outcome is not null, $"seed {_seed}: the run stands still at {string.Join(", ", States())}");
        }

        public void RunSome(int ends)
        {
            StartAll();
            for (; ends > 0 && _live.Count > 0; ends--)
            {
                EndOne();
                StartAll();
            }
        }

        public void EndLateJobs()
        {
            while (_live.Count > 0)
            {
                EndOne();
            }
        }

        public void Check(string[] expected)
        {
            Assert.True(expected.SequenceEqual(States()), $"seed {_seed}: {string.Join(", ", States())} should be {string.Join(", ", expected)}");
            Assert.Equal(NaiveRun.Run(expected), Machine.Outcome);
        }

        private void EndOne()
        {
            var job = _live[Random.Next(_live.Count)];
            _live.Remove(job);
            var state = Graph.EndOf(job.Place, job.Round, job.Item);
            Machine.End(job.Place, job.Round, state, state == StepState.Failed ? "no" : null);
            if (Forgets)
            {
                Machine = new RunMachine(Graph.Plan, [.. Machine.Steps.Select(Copy)]);
            }
        }

        private void StartAll()
        {
            for (var actions = Machine.Next(); actions.Count > 0; actions = Machine.Next())
            {
                actions.ForEach(Do);
            }

            CheckLimits();
        }

        private void Do(StepAction action)
        {
            var step = Machine.Steps[action.Place];
            var before = Graph.Plan.DependenciesOf(action.Place).Select(d => Machine.Steps[d].State).ToList();
            var rule = Graph.Plan.Steps[action.Place].TriggerRule;
            Assert.True(rule == TriggerRules.OneFailed ? before.Any(StepState.IsFailure) : before.TrueForAll(StepState.HasEnded), $"seed {_seed}: began too early");
            Assert.Null(NaiveRun.Blocked(rule, before));
            if (action is StepAction.Start start)
            {
                for (var item = start.First; item < start.First + start.Items; item++)
                {
                    Assert.True(_started.Add((start.Place, step.Round, item)), $"seed {_seed}: a job was started twice");
                    _live.Add((start.Place, step.Round, item));
                }
            }
            else
            {
                Machine.Counted(action.Place, Graph.ItemsOf(action.Place, step.Round));
            }
        }

        private void CheckLimits()
        {
            Assert.True(_live.Count <= (Graph.Plan.Definition.Concurrency ?? int.MaxValue), $"seed {_seed}: too many jobs of the run");
            foreach (var (place, count) in _live.CountBy(j => j.Place))
            {
                Assert.True(count <= (Graph.Plan.Steps[place].Concurrency ?? int.MaxValue), $"seed {_seed}: too many jobs of step {place}");
                Assert.Equal(Machine.Steps[place].Live, count);
            }
        }

        private static StepProgress Copy(StepProgress s) => new(s.Place)
        {
            State = s.State, Round = s.Round, Total = s.Total, Next = s.Next, Completed = s.Completed, Failed = s.Failed, Canceled = s.Canceled, Error = s.Error,
        };
    }
}
