using System.Collections.Frozen;
using System.Text.Json;
using AsyncStack.Core.Jobs;

namespace AsyncStack.Worker.Execution;

/// <summary>Finds the handler of a job type.</summary>
public sealed class JobHandlers(IEnumerable<JobHandler> handlers)
{
    private readonly FrozenDictionary<string, JobHandler> _byType = handlers.ToFrozenDictionary(h => h.JobType);

    /// <summary>The handler, or null when this worker has none for the type.</summary>
    public JobHandler? Find(string jobType) =>
        _byType.TryGetValue(jobType, out var handler) ? handler
        : jobType.StartsWith(JobTypes.ExternalPrefix, StringComparison.Ordinal) ? _byType.GetValueOrDefault(JobTypes.ExternalPrefix)
        : null;
}

/// <summary>A handler as the engine calls it: with the payload as text.</summary>
public abstract class JobHandler(string jobType)
{
    /// <summary>The type it runs, or <see cref="JobTypes.ExternalPrefix"/> for all of that prefix.</summary>
    public string JobType => jobType;

    public abstract ValueTask<JobOutcome> RunAsync(string payload, JobContext context);
}

/// <summary>Gives a handler its payload unread.</summary>
public sealed class RawJobHandler(string jobType, IJobHandler<RawJson> handler) : JobHandler(jobType)
{
    public override ValueTask<JobOutcome> RunAsync(string payload, JobContext context) => handler.RunAsync(new RawJson(payload), context);
}

/// <summary>Gives a handler its payload as an object.</summary>
public sealed class JsonJobHandler<TParams>(string jobType, IJobHandler<TParams> handler) : JobHandler(jobType)
{
    public override ValueTask<JobOutcome> RunAsync(string payload, JobContext context)
    {
        TParams? parameters;
        try
        {
            parameters = JsonSerializer.Deserialize<TParams>(payload, JobParameters.Json);
        }
        catch (JsonException exception)
        {
            return new(new JobOutcome.Failed(JobParameters.Explain(JobType, exception)));
        }

        return parameters is null
            ? new(new JobOutcome.Failed($"The payload of a {JobType} job must not be null."))
            : handler.RunAsync(parameters, context);
    }
}

/// <summary>How payloads are read.</summary>
public static class JobParameters
{
    internal static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    internal static string Explain(string jobType, JsonException exception) =>
        exception.Path is { Length: > 2 } path
            ? $"The payload of a {jobType} job is wrong at '{path[2..]}'."
            : $"The payload of a {jobType} job is wrong: {exception.Message}";
}

/// <summary>Registers handlers.</summary>
public static class JobHandlerRegistration
{
    /// <summary>Runs jobs of type <paramref name="jobType"/> with <typeparamref name="THandler"/>, which is made once.</summary>
    public static IServiceCollection AddJobHandler<THandler, TParams>(this IServiceCollection services, string jobType)
        where THandler : class, IJobHandler<TParams> =>
        services.AddSingleton<THandler>().AddSingleton<JobHandler>(s => s.GetRequiredService<THandler>() is IJobHandler<RawJson> raw
            ? new RawJobHandler(jobType, raw)
            : new JsonJobHandler<TParams>(jobType, s.GetRequiredService<THandler>()));
}
