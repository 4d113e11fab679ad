using AsyncStack.Core.Workflows.Definition;

namespace AsyncStack.Core.Workflows.Running;

/// <summary>
/// Decides how a run goes on. It knows neither time nor database: it is told what ended and says what to start, so that the same events always come
/// to the same end, whatever their order.
/// </summary>
public sealed class RunMachine(RunPlan plan, IReadOnlyList<StepProgress> steps)
{
    public IReadOnlyList<StepProgress> Steps => steps;

    /// <summary><c>completed</c> or <c>failed</c> once every step has ended; null before.</summary>
    public string? Outcome => !steps.All(s => s.HasEnded) ? null
        : steps.Any(s => StepState.IsFailure(s.State)) ? StepState.Failed
        : StepState.Completed;

    /// <summary>
    /// What may begin now. Every action counts as begun: a <see cref="StepAction.Count"/> is answered by <see cref="Counted"/> or <see cref="Fail"/>, a
    /// <see cref="StepAction.Start"/> in time by <see cref="End"/>. Ask again after any answer.
    /// </summary>
    public List<StepAction> Next()
    {
        var actions = new List<StepAction>();
        var room = plan.Definition.Concurrency is { } limit ? limit - steps.Sum(s => s.Live) : int.MaxValue;
        foreach (var place in plan.Order)
        {
            var step = steps[place];
            if (step.State == StepState.Waiting && Decide(place) is { } state)
            {
                Begin(step, state, actions);
            }

            if (step.State == StepState.Running && step.Next < step.Total)
            {
                room -= Start(step, room, actions);
            }
        }

        return actions;
    }

    /// <summary>The list of a step has that many items.</summary>
    public void Counted(int place, int items)
    {
        var step = steps[place];
        (step.Total, step.Changed) = (items, true);
        Settle(step);
    }

    /// <summary>A step cannot begin, or one of its jobs cannot: nothing of it was started, and nothing will be.</summary>
    public void Fail(int place, string error)
    {
        var step = steps[place];
        (step.State, step.Next, step.Error, step.Changed) = (StepState.Failed, step.Ended, step.Error ?? error, true);
    }

    /// <summary>Jobs of a step have ended.</summary>
    /// <param name="place">The step.</param>
    /// <param name="round">The round they belong to; those of an earlier one count no more.</param>
    /// <param name="state">How: completed, failed or canceled.</param>
    /// <param name="error">Why they failed.</param>
    public void End(int place, int round, string state, string? error)
    {
        var step = steps[place];
        if (step.Round != round || step.State != StepState.Running)
        {
            return;
        }

        step.Completed += state == StepState.Completed ? 1 : 0;
        step.Failed += state == StepState.Failed ? 1 : 0;
        step.Canceled += state == StepState.Canceled ? 1 : 0;
        step.Error ??= state == StepState.Failed ? error ?? "" : null;
        step.Changed = true;
        Settle(step);
    }

    /// <summary>Ends every step that has not ended.</summary>
    public void Cancel()
    {
        foreach (var step in steps.Where(s => !s.HasEnded))
        {
            (step.State, step.Next, step.Changed) = (StepState.Canceled, step.Ended, true);
        }
    }

    /// <summary>Has steps run again in a new round.</summary>
    /// <returns>False, and nothing is changed, when one of them has live jobs.</returns>
    public bool Restart(IEnumerable<int> places)
    {
        var again = places.Select(p => steps[p]).ToList();
        if (again.Any(s => s.State == StepState.Running))
        {
            return false;
        }

        // One that has not begun needs no new round.
        again.FindAll(s => s.State != StepState.Waiting).ForEach(s => s.Restart());
        return true;
    }

    private string? Decide(int place)
    {
        var (rule, before) = (plan.Steps[place].TriggerRule, plan.DependenciesOf(place).Select(d => steps[d].State));
        var (failed, open, good) = (false, false, true);
        foreach (var state in before)
        {
            failed |= StepState.IsFailure(state);
            open |= !StepState.HasEnded(state);
            good &= state == StepState.Completed;
        }

        return rule switch
        {
            TriggerRules.AllSuccess => failed ? StepState.UpstreamFailed : open ? null : good ? StepState.Running : StepState.Skipped,
            TriggerRules.AllDone => open ? null : StepState.Running,
            _ => failed ? StepState.Running : open ? null : StepState.Skipped,
        };
    }

    private void Begin(StepProgress step, string state, List<StepAction> actions)
    {
        (step.State, step.Changed) = (state, true);
        if (state != StepState.Running)
        {
            return;
        }

        if (plan.Steps[step.Place].ForEach is not null)
        {
            actions.Add(new StepAction.Count(step.Place));
        }
        else
        {
            step.Total = 1;
        }
    }

    private int Start(StepProgress step, int room, List<StepAction> actions)
    {
        var most = plan.Steps[step.Place].Concurrency is { } limit ? Math.Min(room, limit - step.Live) : room;
        var items = Math.Min(most, step.Total - step.Next);
        if (items <= 0)
        {
            return 0;
        }

        actions.Add(new StepAction.Start(step.Place, step.Next, items));
        (step.Next, step.Changed) = (step.Next + items, true);
        return items;
    }

    private static void Settle(StepProgress step)
    {
        if (step.Ended == step.Total)
        {
            step.State = step.Failed > 0 ? StepState.Failed : step.Canceled > 0 ? StepState.Canceled : StepState.Completed;
        }
    }
}
