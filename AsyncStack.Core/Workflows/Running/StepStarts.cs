using System.Text;
using System.Text.Json;
using AsyncStack.Core.Jobs;
using AsyncStack.Core.Workflows.Definition;

namespace AsyncStack.Core.Workflows.Running;

/// <summary>Fills in the templates of steps and makes their jobs.</summary>
internal static class StepStarts
{
    /// <summary>Items of one step at the most.</summary>
    public const int MaxItems = 10_000;

    private const int MaxPayloadBytes = 1024 * 1024;
    private const int MaxPayloadsBytes = 64 * 1024 * 1024;

    /// <summary>The list of a <c>for_each</c> step.</summary>
    /// <exception cref="TemplateException">It has none.</exception>
    public static JsonElement ListOf(RunRecord run, int place)
    {
        var step = run.Plan.Steps[place];
        var list = Try(() => Scope(run).Find(Template.Parse(step.ForEach!).Whole!));
        return list.ValueKind != JsonValueKind.Array ? throw new TemplateException($"for_each is '{step.ForEach}', which is no list.")
            : list.GetArrayLength() > MaxItems ? throw new TemplateException($"for_each is '{step.ForEach}' with {list.GetArrayLength()} items; a step may have {MaxItems}.")
            : list;
    }

    /// <summary>The jobs of all items of a step; none of them has begun.</summary>
    /// <exception cref="TemplateException">A payload cannot be made.</exception>
    public static List<StepJob> JobsOf(RunRecord run, int place, DateTimeOffset now)
    {
        if (run.Plan.Steps[place].ForEach is null)
        {
            return [JobOf(run, place, 0, Scope(run), now)];
        }

        if (!run.Lists.TryGetValue(place, out var list))
        {
            run.Lists[place] = list = ListOf(run, place);
        }

        var (jobs, size) = (new List<StepJob>(list.GetArrayLength()), 0);
        foreach (var item in list.EnumerateArray())
        {
            var job = JobOf(run, place, jobs.Count, Scope(run) with { Item = item, Index = JsonSerializer.SerializeToElement(jobs.Count) }, now);
            jobs.Add(job);
            if ((size += job.Payload.Length) > MaxPayloadsBytes)
            {
                throw new TemplateException(
                    $"params of all its items together are larger than {MaxPayloadsBytes} bytes once their templates are filled in; hand large values on by result_uri.");
            }
        }

        return jobs;
    }

    /// <summary>The result of a run that has completed; null when it has none.</summary>
    /// <exception cref="TemplateException">A template of it has no value.</exception>
    public static string? ResultOf(RunRecord run) => Try(() =>
    {
        if (run.Plan.Definition.Result is { } template)
        {
            return Template.Render(template, Scope(run));
        }

        string[] last = [.. run.Plan.Last.Select(p => run.Plan.Steps[p].Id)];
        return last is [var only] ? Field(run, only) : $"{{{string.Join(',', last.Select(id => $"{JsonSerializer.Serialize(id)}:{Field(run, id)}"))}}}";
    });

    private static StepJob JobOf(RunRecord run, int place, int index, TemplateScope scope, DateTimeOffset now)
    {
        var step = run.Plan.Steps[place];
        var payload = Try(() => Template.Render(step.Params, scope));
        var root = JsonElement.Parse(payload);
        if (Encoding.UTF8.GetByteCount(payload) > MaxPayloadBytes)
        {
            throw new TemplateException($"params is larger than {MaxPayloadBytes} bytes once its templates are filled in; hand large results on by result_uri.");
        }

        if (JobTypes.Find(step.JobType)?.Validate(root) is { } wrong)
        {
            throw new TemplateException($"params is wrong once its templates are filled in: {wrong}");
        }

        return new StepJob
        {
            Id = Guid.CreateVersion7(now),
            JobType = step.JobType,
            Payload = payload,
            Priority = step.Priority ?? run.Priority,
            MaxAttempts = step.MaxAttempts,
            TimeoutSeconds = step.TimeoutSeconds,
            RetryDelaySeconds = step.RetryDelaySeconds,
            TraceParent = run.TraceParent,
            DatasetId = DatasetOf(step, root),
            RootRunId = run.RootId,
            RunId = run.Id,
            Step = step.Id,
            Index = index,
            Round = run.Machine.Steps[place].Round,
            Standing = new JobStanding(JobState.Scheduled),
        };
    }

    private static TemplateScope Scope(RunRecord run) => new() { Input = run.Input, Run = run.Described, Steps = run.Results };

    private static string Field(RunRecord run, string step) =>
        run.Results[step].TryGetProperty("result", out var result) ? result.GetRawText() : $$"""{"result_uri":{{run.Results[step].GetProperty("result_uri").GetRawText()}}}""";

    private static Guid? DatasetOf(StepDefinition step, JsonElement payload) =>
        JobTypes.Find(step.JobType) is { TakesDataset: true } && payload.TryGetProperty("dataset_id", out var id) && id.ValueKind == JsonValueKind.String
            && id.TryGetGuid(out var dataset) ? dataset : null;

    private static T Try<T>(Func<T> fill)
    {
        try
        {
            return fill();
        }
        catch (InvalidOperationException)
        {
            // A result with half a surrogate pair is JSON, and no text.
            throw new TemplateException("A template names a value that holds characters that are no valid Unicode text.");
        }
    }
}
