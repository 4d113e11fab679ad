using System.Diagnostics;
using System.Text.Json;
using AsyncStack.Api.Accepting;
using AsyncStack.Api.Requests;
using AsyncStack.Core.Database;
using AsyncStack.Core.Workflows.Definition;
using AsyncStack.Core.Workflows.Running;
using Microsoft.Extensions.Options;
using Npgsql;

namespace AsyncStack.Api.Workflows;

/// <summary>Starts runs: the run, its first jobs and the key of the request commit together.</summary>
internal sealed class RunIntake(
    RunTransactions transactions, WorkflowPlans plans, KeyedAnswers keys, CallbackCache callbacks, IOptions<AcceptOptions> options, TimeProvider time)
{
    /// <summary>Reads, checks and starts.</summary>
    /// <param name="context">The request.</param>
    /// <param name="operation">What an <c>Idempotency-Key</c> is good for.</param>
    /// <param name="read">Reads the body; puts down what is wrong, and may then answer null.</param>
    /// <param name="answer">The answer once the run is committed.</param>
    public async Task<IResult> StartAsync(
        HttpContext context, string operation, Func<JsonElement, AcceptOptions, FieldErrors, RunRequest?> read, Func<NewRun, JobAnswer> answer)
    {
        var body = await JsonBody.ReadAsync(context.Request, options.Value.MaxBodyBytes, context.RequestAborted);
        return body.Refusal ?? await StartAsync(context, operation, body, read, answer);
    }

    /// <summary>The same with a body that was read.</summary>
    public async Task<IResult> StartAsync(
        HttpContext context, string operation, JsonBody body, Func<JsonElement, AcceptOptions, FieldErrors, RunRequest?> read, Func<NewRun, JobAnswer> answer)
    {
        var errors = new FieldErrors();
        var request = read(body.Root, options.Value, errors);
        var key = IdempotencyHeader.Read(context.Request, operation, body.Bytes, errors);
        return errors.Any || request is null ? errors.ToResult() : await StartAsync(context, request, key, answer);
    }

    private async Task<IResult> StartAsync(HttpContext context, RunRequest request, IdempotencyKey? key, Func<NewRun, JobAnswer> answer)
    {
        try
        {
            // Not the request's token: once the commit is under way, its answer must be known.
            return await transactions.RunAsync((connection, runs) => StartAsync(connection, runs, request, key, answer, context.Response), CancellationToken.None);
        }
        catch (PostgresException exception) when (exception is { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: "jobs_correlation_id" })
        {
            return Results.Problem(
                $"Another job has the correlation_id '{request.Options.CorrelationId}'. Send another one, or none to have one made.",
                statusCode: StatusCodes.Status409Conflict);
        }
    }

    private async Task<IResult> StartAsync(
        NpgsqlConnection connection, RunTransaction runs, RunRequest request, IdempotencyKey? key, Func<NewRun, JobAnswer> answer, HttpResponse response)
    {
        if (key is not null && await keys.FindAsync(connection, key, CancellationToken.None) is { } earlier)
        {
            return CreatedResults.ToResult(earlier, default, key, response);
        }

        if (await plans.FindCurrentAsync(connection, request.Workflow, request.Version, CancellationToken.None) is not var (plan, version))
        {
            return NotFound(request.Workflow, request.Version);
        }

        var wrong = new List<DefinitionError>();
        if (InputFields.Fill(plan.Definition, request.Input, wrong) is not { } input)
        {
            return Refuse(wrong, request.InputField);
        }

        var run = NewRun(request, plan, version, input);
        await runs.StartAsync(run);
        var created = answer(run);
        if (key is not null)
        {
            await keys.KeepAsync(connection, key, created, CancellationToken.None);
        }

        if (run.CallbackUrl is { } callback)
        {
            callbacks.Remember(run.CorrelationId!, callback);
        }

        return CreatedResults.ToResult(new AcceptOutcome.Accepted(), created, key, response);
    }

    private NewRun NewRun(RunRequest request, RunPlan plan, int version, string input)
    {
        var now = time.GetUtcNow().ToMicroseconds();
        var id = Guid.CreateVersion7(now);
        return new NewRun
        {
            Id = id,
            Workflow = request.Workflow,
            Version = version,
            Plan = plan,
            Input = input,
            CorrelationId = request.Options.CorrelationId ?? id.ToString(),
            CallbackUrl = request.Options.CallbackUrl,
            Priority = request.Options.Priority,
            RunAt = request.Options.RunAt,
            TraceParent = Activity.Current?.Id,
        };
    }

    private static IResult Refuse(List<DefinitionError> wrong, string inputField)
    {
        var errors = new FieldErrors();
        foreach (var error in wrong)
        {
            errors.Add(inputField == "input" ? error.Field : $"{inputField}{error.Field["input".Length..]}", error.Message);
        }

        return errors.ToResult();
    }

    public static IResult NotFound(string workflow, int? version = null) => Results.Problem(
        version is null ? $"There is no workflow '{workflow}'." : $"There is no version {version} of a workflow '{workflow}'.",
        statusCode: StatusCodes.Status404NotFound);
}
