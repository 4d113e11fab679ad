using AsyncStack.Core.Jobs;
using AsyncStack.Core.Workflows.Definition;
using Npgsql;

namespace AsyncStack.Core.Workflows.Running;

/// <summary>
/// Brings runs on within a transaction of the caller that holds the locks of their trees: what ended is taken in, what may begin is begun, up and down
/// the tree, until nothing more follows. Nothing happens between two ends: there is no scheduler that would have to find out.
/// </summary>
public sealed partial class RunTransaction(NpgsqlConnection connection, WorkflowPlans plans, TimeProvider time, CancellationToken cancellationToken)
{
    private DateTimeOffset _now = Database.Commands.ToMicroseconds(time.GetUtcNow());
    private readonly Dictionary<Guid, RunRecord> _runs = [];
    private readonly List<(Guid Run, string Step, int Round, string State, string? Error)> _ends = [];
    private readonly List<(Guid Run, string State, string? Error)> _over = [];
    private readonly List<RunRecord> _begun = [];
    private readonly List<Guid> _stopped = [];
    private readonly RunWrites _writes = new();

    /// <summary>Locks the trees of these outermost runs.</summary>
    /// <param name="roots">The runs.</param>
    /// <param name="skipHeld">Whether trees that others hold are left out.</param>
    /// <returns>Those that are locked.</returns>
    public async Task<List<Guid>> LockAsync(IEnumerable<Guid> roots, bool skipHeld = false)
    {
        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { RunRows.Lock(roots, skipHeld) } };
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        var locked = new List<Guid>();
        while (await rows.ReadAsync(cancellationToken))
        {
            locked.Add(rows.GetGuid(0));
        }

        return locked;
    }

    /// <summary>Takes over runs that the caller has read since their trees are locked.</summary>
    internal void Know(IEnumerable<RunRecord> runs)
    {
        foreach (var run in runs)
        {
            _runs.TryAdd(run.Id, run);
        }
    }

    /// <summary>Jobs of locked trees have ended in this transaction.</summary>
    public Task EndedAsync(IEnumerable<EndedStepJob> jobs)
    {
        foreach (var job in jobs)
        {
            if (job.Pool is not null)
            {
                _pools.Add(job.Pool);
            }

            if (job is { RunId: { } run, Step: { } step })
            {
                _ends.Add((run, step, job.Round, job.State, job.Error));
            }

            if (job.JobType == JobTypes.Workflow.Name)
            {
                _over.Add((job.Id, job.State, job.Error));
            }
        }

        return SettleAsync();
    }

    private async Task SettleAsync()
    {
        while (_ends.Count + _over.Count + _begun.Count + _stopped.Count > 0)
        {
            await LoadAsync([.. _ends.Select(e => e.Run), .. _over.Select(o => o.Run)]);
            foreach (var (id, state, error) in Take(_over))
            {
                if (_runs.TryGetValue(id, out var run) && !RunState.HasEnded(run.State))
                {
                    Close(run, state, null, error, jobEnded: true);
                }
            }

            var touched = Take(_begun).ToHashSet();
            foreach (var (id, step, round, state, error) in Take(_ends))
            {
                if (_runs.TryGetValue(id, out var run) && run.State == RunState.Running)
                {
                    run.Machine.End(run.Plan.PlaceOf(step), round, state, error);
                    run.Results.Remove(step);
                    touched.Add(run);
                }
            }

            await ContinueAsync([.. touched.Where(r => r.State == RunState.Running)]);
            await StopChildrenAsync();
        }
    }

    private async Task ContinueAsync(List<RunRecord> runs)
    {
        for (var active = runs; active.Count > 0;)
        {
            var actions = active.SelectMany(r => r.Machine.Next().Select(a => (Run: r, Action: a))).ToList();
            await ReadResultsAsync(actions.SelectMany(a => a.Run.Plan.ReferencedBy(a.Action.Place).Select(s => (a.Run, s))));
            var again = new HashSet<RunRecord>();
            foreach (var (run, action) in actions)
            {
                if (!await DoAsync(run, action))
                {
                    again.Add(run);
                }
            }

            active = [.. again];
        }

        var over = runs.FindAll(r => r.Machine.Outcome is not null);
        await ReadResultsAsync(over.Where(r => r.Machine.Outcome == RunState.Completed).SelectMany(r => r.Plan.ReferencedByResult().Select(s => (r, s))));
        over.ForEach(Complete);
    }

    /// <summary>True when nothing follows of it at once.</summary>
    private async Task<bool> DoAsync(RunRecord run, StepAction action)
    {
        try
        {
            if (action is StepAction.Start start)
            {
                await StartAsync(run, start);
                return true;
            }

            var list = run.Lists[action.Place] = StepStarts.ListOf(run, action.Place);
            run.Machine.Counted(action.Place, list.GetArrayLength());
        }
        catch (TemplateException exception)
        {
            run.Machine.Fail(action.Place, exception.Message);
        }

        return false;
    }

    private async Task StartAsync(RunRecord run, StepAction.Start start)
    {
        var step = run.Plan.Steps[start.Place];
        if (start.First > 0)
        {
            await FlushAsync();
            foreach (var (id, payload) in await HeldAsync(run, step.Id, start))
            {
                _writes.Change(id, await StandAsync(run, step, id, payload));
            }

            return;
        }

        // All of them, so that what they are to do is settled now; those past the first ones wait for their turn.
        var jobs = StepStarts.JobsOf(run, start.Place, _now);
        for (var i = 0; i < jobs.Count; i++)
        {
            _writes.Insert(i < start.Items ? jobs[i] with { Standing = await StandAsync(run, step, jobs[i].Id, jobs[i].Payload) } : jobs[i]);
        }
    }

    private void Complete(RunRecord run)
    {
        var state = run.Machine.Outcome!;
        if (state != RunState.Completed)
        {
            Close(run, state, null, Reason(run), jobEnded: false);
            return;
        }

        try
        {
            Close(run, state, RunResult.Of(run), null, jobEnded: false);
        }
        catch (TemplateException exception)
        {
            Close(run, RunState.Failed, null, $"The result: {exception.Message}", jobEnded: false);
        }
    }

    private static string Reason(RunRecord run)
    {
        var first = run.Plan.Order.Select(p => run.Machine.Steps[p]).First(s => StepState.IsFailure(s.State));
        return $"Step '{run.Plan.Steps[first.Place].Id}' {(first.State == StepState.Canceled ? "was canceled" : $"failed: {first.Error}")}";
    }

    /// <summary>Ends a run: its steps that have not ended, its children, and its own job unless that is what ended it.</summary>
    private void Close(RunRecord run, string state, string? result, string? error, bool jobEnded)
    {
        if (run.Machine.Outcome is null)
        {
            run.Machine.Cancel();
            _stopped.Add(run.Id);
            _canceled.Add(run.Id);
        }

        (run.State, run.FinishedAt, run.Changed) = (state, _now, true);
        if (!jobEnded)
        {
            _writes.End(run.Id, state, result, error);
            if (run.HasCallback)
            {
                _told.Add(run.Id);
            }

            if (run is { ParentId: { } parent, Parent: { } place })
            {
                _ends.Add((parent, place.Step, place.Round, state, error));
            }
        }

        Tell(run, error);
        Free(run);
    }

    private async Task StopChildrenAsync()
    {
        while (_stopped.Count > 0)
        {
            var parents = Take(_stopped).ToHashSet();
            await LoadAsync(await RunRows.ChildrenAsync(connection, [.. parents], cancellationToken));
            foreach (var child in _runs.Values.Where(r => r.ParentId is { } p && parents.Contains(p) && !RunState.HasEnded(r.State)).ToList())
            {
                // Its job is canceled with the other jobs of its parent.
                Close(child, RunState.Canceled, null, null, jobEnded: true);
            }
        }
    }

    private async Task LoadAsync(IReadOnlyCollection<Guid> ids)
    {
        Guid[] missing = [.. ids.Where(id => !_runs.ContainsKey(id)).Distinct()];
        if (missing.Length == 0)
        {
            return;
        }

        foreach (var run in await RunRows.ReadAsync(connection, plans, missing, cancellationToken))
        {
            _runs[run.Id] = run;
        }
    }

    private async Task ReadResultsAsync(IEnumerable<(RunRecord Run, string Step)> wanted)
    {
        var missing = wanted.Where(w => !w.Run.Results.ContainsKey(w.Step)).Distinct().ToList();
        if (missing.Count == 0)
        {
            return;
        }

        if (_writes.HasJobs)
        {
            await FlushAsync();
        }

        await StepResultRows.ReadAsync(connection, missing, cancellationToken);
    }

    private static List<T> Take<T>(List<T> list)
    {
        List<T> taken = [.. list];
        list.Clear();
        return taken;
    }
}
