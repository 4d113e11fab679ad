using Npgsql;

namespace AsyncStack.Api.Jobs;

/// <summary>Reads jobs as <c>/jobs</c> shows them.</summary>
internal sealed class JobViews(NpgsqlDataSource database)
{
    /// <summary>The job, or null.</summary>
    public async Task<JobView?> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand($"select {JobView.Columns} from jobs where id = $1");
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = id });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        return await rows.ReadAsync(cancellationToken) ? JobView.Read(rows) : null;
    }

    /// <summary>Jobs that pass the filter in its order, one more than the page holds.</summary>
    public async Task<List<JobView>> ListAsync(JobFilter filter, Paging paging, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand();
        var conditions = new List<string> { "true" };
        Add(paging.Before, filter.OldestFirst ? "id > @before" : "id < @before", "before");

        // Ids begin with the time, so these are ranges of the primary key.
        Add(filter.CreatedAfter, "created_at > @after and id >= @lowest", "after");
        Add(filter.CreatedBefore, "created_at < @until and id <= @highest", "until");
        Add(filter.JobType, "job_type = @type", "type");
        Add(filter.States is [var state] ? state : null, "state = @state", "state");
        Add(filter.States is { Length: > 1 } states ? states : null, "state = any(@states)", "states");

        // These two let the partial indexes be used.
        Add(filter.DatasetId, "dataset_ids is not null and dataset_ids @> array[@dataset]", "dataset");
        command.Parameters.AddWithValue("lowest", JobIds.FirstAt(filter.CreatedAfter));
        command.Parameters.AddWithValue("highest", JobIds.LastAt(filter.CreatedBefore));
        conditions.AddRange(filter.OnDatasets ? ["dataset_ids is not null"] : []);
        command.Parameters.AddWithValue("limit", paging.Limit + 1);
        command.CommandText = $"select {JobView.ListColumns} from jobs where {string.Join(" and ", conditions)} order by id {(filter.OldestFirst ? "asc" : "desc")} limit @limit";

        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var jobs = new List<JobView>();
        while (await rows.ReadAsync(cancellationToken))
        {
            jobs.Add(JobView.Read(rows));
        }

        return jobs;

        void Add(object? value, string condition, string name)
        {
            if (value is not null)
            {
                conditions.Add(condition);
                command.Parameters.AddWithValue(name, value);
            }
        }
    }

    /// <summary>The result that lies in the job's own row, or null.</summary>
    public async Task<string?> FindInlineResultAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("select result from jobs where id = $1");
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = id });
        return await command.ExecuteScalarAsync(cancellationToken) as string;
    }
}
