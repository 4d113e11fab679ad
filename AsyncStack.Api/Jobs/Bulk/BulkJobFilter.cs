using AsyncStack.Api.Requests;
using AsyncStack.Core.Jobs;
using Npgsql;

namespace AsyncStack.Api.Jobs.Bulk;

/// <summary>Which jobs a bulk command is for; null for all that it can change.</summary>
/// <param name="States">Values of <c>jobs.state</c> that the command can change, and that were asked for.</param>
/// <param name="JobType">What they are.</param>
/// <param name="DatasetId">A dataset they work on.</param>
/// <param name="CreatedAfter">They were accepted later than this.</param>
/// <param name="CreatedBefore">They were accepted earlier than this.</param>
/// <param name="CorrelationIdPrefix">What their correlation id begins with.</param>
internal sealed record BulkJobFilter(
    string[] States,
    string? JobType,
    Guid? DatasetId,
    DateTimeOffset? CreatedAfter,
    DateTimeOffset? CreatedBefore,
    string? CorrelationIdPrefix)
{
    public static readonly string[] Names = ["job_type", "state", "dataset_id", "created_after", "created_before", "correlation_id_prefix"];

    /// <summary>Reads the filter of a command that can change jobs in these states.</summary>
    public static BulkJobFilter Read(JsonFields fields, FieldErrors errors, string[] changeable) => new(
        ReadStates(fields, errors, changeable),
        fields.Text("job_type", 200),
        fields.Id("dataset_id"),
        fields.Time("created_after"),
        fields.Time("created_before"),
        fields.Text("correlation_id_prefix", 128));

    /// <summary>The condition in SQL, whose parameters are added to the command.</summary>
    public Conditions AddTo(NpgsqlCommand command) => new Conditions(command)
        // Spelled out, so that the partial indexes by state can be used.
        .Add($"({string.Join(" or ", States.Select(s => $"state = '{s}'"))})")
        .Add(JobType, "job_type = @type", "type")
        .Add(DatasetId, "dataset_ids is not null and dataset_ids @> array[@dataset]", "dataset")
        .Add(CreatedAfter, "created_at > @after", "after")
        .Add(CreatedBefore, "created_at < @before", "before")
        .Add(CorrelationIdPrefix, "starts_with(correlation_id, @prefix)", "prefix");

    private static string[] ReadStates(JsonFields fields, FieldErrors errors, string[] changeable)
    {
        if (fields.Text("state", 20) is not { } text)
        {
            return changeable;
        }

        var states = changeable.Where(s => JobState.ToPublic(s) == text).ToArray();
        if (states.Length == 0)
        {
            errors.Add(fields.NameOf("state"),
                $"state is '{text}'; this command changes jobs that are {string.Join(" or ", changeable.Select(JobState.ToPublic).Distinct())}.");
        }

        return states;
    }
}
