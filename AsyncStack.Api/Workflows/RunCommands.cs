using System.Text.Json;
using AsyncStack.Api.Accepting;
using AsyncStack.Api.Audit;
using AsyncStack.Api.Jobs;
using AsyncStack.Api.Requests;
using AsyncStack.Core.Caching;
using AsyncStack.Core.Workflows.Definition;
using AsyncStack.Core.Workflows.Running;
using Microsoft.Extensions.Options;

namespace AsyncStack.Api.Workflows;

/// <summary>Has steps run again, and gives signals; what is done and the audit of it commit together.</summary>
internal sealed class RunCommands(RunTransactions transactions, RunViews views, TaskCache tasks, IOptions<AcceptOptions> options, TimeProvider time)
{
    private const int MaxSignalBytes = 64 * 1024;

    public async Task<IResult> RerunAsync(Guid id, HttpContext context)
    {
        var body = await JsonBody.ReadAsync(context.Request, options.Value.MaxBodyBytes, context.RequestAborted);
        if (body.Refusal is not null)
        {
            return body.Refusal;
        }

        var errors = new FieldErrors();
        if (body.Root.ValueKind != JsonValueKind.Object)
        {
            errors.Add("$", "The body must be a JSON object.");
        }

        var from = errors.Any ? null : new JsonFields(body.Root, errors).Text("from", 100);
        return errors.Any ? errors.ToResult()
            : from is null ? await RestartAsync(id, null, AuditActions.RerunRun, Unfinished, context)
            : await RestartAsync(id, from, AuditActions.RerunRun, (plan, _) => plan.TryFind(from, out var place) ? plan.From(place) : [], context);
    }

    public Task<IResult> ClearAsync(Guid id, string step, HttpContext context) => RestartAsync(
        id, step, AuditActions.ClearStep,
        (plan, steps) => plan.TryFind(step, out var place) && steps[place].State is StepState.Failed or StepState.Canceled or StepState.UpstreamFailed
            ? [.. plan.From(place).Where(p => p == place || steps[p].State != StepState.Completed)]
            : [],
        context);

    public async Task<IResult> SignalAsync(Guid id, string signal, HttpContext context)
    {
        var body = await JsonBody.ReadAsync(context.Request, MaxSignalBytes, context.RequestAborted);
        if (body.Refusal is not null)
        {
            return body.Refusal;
        }

        var errors = new FieldErrors();
        WorkflowEndpoints.CheckName(signal, errors, "signal");
        if (!JsonText.IsValid(body.Root))
        {
            errors.Add("$", "The body holds a text, or the name of a field, that is no valid Unicode text.");
        }

        if (errors.Any)
        {
            return errors.ToResult();
        }

        var change = await DoAsync(runs => runs.SignalAsync(id, signal, body.Root.GetRawText()), new AuditEntry(AuditActions.SignalRun, id.ToString(), $$"""{"signal": "{{signal}}"}"""), context);
        return change switch
        {
            RunChange.Done => Results.Json(new StatusAnswer("Signaled"), JobsJson.Default.StatusAnswer, statusCode: StatusCodes.Status202Accepted),
            RunChange.NotFound => RunEndpoints.NotFound(id),
            RunChange.DoneBefore => Conflict($"Run '{id}' has the signal '{signal}' already."),
            _ => Conflict($"Run '{id}' has ended and takes no signals."),
        };
    }

    private async Task<IResult> RestartAsync(
        Guid id, string? step, string action, Func<RunPlan, IReadOnlyList<StepProgress>, IReadOnlyList<int>> choose, HttpContext context)
    {
        var known = true;
        var details = step is null ? null : JsonSerializer.Serialize(new Dictionary<string, string>(StringComparer.Ordinal) { ["step"] = step });
        var change = await DoAsync(
            runs => runs.RestartAsync(id, (plan, steps) =>
            {
                known = step is null || plan.TryFind(step, out _);
                return choose(plan, steps);
            }),
            new AuditEntry(action, id.ToString(), details), context);
        if (change != RunChange.Done)
        {
            return Refuse(change, id, known ? null : step);
        }

        await tasks.InvalidateAsync([id]);
        context.Response.Headers.Location = $"{RunEndpoints.Path}/{id}";
        return Results.Json(await views.FindAsync(id, context.RequestAborted), WorkflowJson.Default.RunView, statusCode: StatusCodes.Status202Accepted);
    }

    private Task<RunChange> DoAsync(Func<RunTransaction, Task<RunChange>> command, AuditEntry entry, HttpContext context) => transactions.RunAsync(
        async (connection, runs) =>
        {
            var change = await command(runs);
            if (change == RunChange.Done)
            {
                await AuditLog.AddAsync(connection, Actor.Of(context), time.GetUtcNow(), [entry], CancellationToken.None);
            }

            return change;
        },
        CancellationToken.None);

    private static IReadOnlyList<int> Unfinished(RunPlan plan, IReadOnlyList<StepProgress> steps) =>
        [.. plan.Order.Where(p => StepState.IsFailure(steps[p].State) || (steps[p].State == StepState.Skipped && plan.DependenciesOf(p).Any(d => StepState.IsFailure(steps[d].State))))];

    private static IResult Refuse(RunChange change, Guid id, string? unknownStep) => change switch
    {
        RunChange.NotFound => RunEndpoints.NotFound(id),
        RunChange.NoStep when unknownStep is not null => RunEndpoints.NoStep(id, unknownStep),
        RunChange.NoStep => Conflict($"Run '{id}' has no step that this applies to: nothing of it has failed."),
        RunChange.IsChild => Conflict($"Run '{id}' is a step of another run; have that run it again."),
        RunChange.NotBegun => Conflict($"Run '{id}' has not begun."),
        _ => Conflict($"A step of run '{id}' that would be run again runs now; cancel the run, or wait for it."),
    };

    private static IResult Conflict(string detail) => Results.Problem(detail, statusCode: StatusCodes.Status409Conflict);
}
