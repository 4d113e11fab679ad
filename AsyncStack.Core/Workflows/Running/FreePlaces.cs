using Npgsql;

namespace AsyncStack.Core.Workflows.Running;

/// <summary>
/// Gives free places to who waits for them. Whoever frees a place does so at once; this is for the rare one that was passed over because its row was held
/// by a cancel that came to nothing.
/// </summary>
public sealed class FreePlaces(NpgsqlDataSource database, RunTransactions transactions, WorkflowPlans plans)
{
    private const string Sql = """
        select distinct pool, null::text from jobs where pool is not null and state = 'scheduled' and run_at is null
        union all
        select distinct null, r.workflow from workflow_runs r join jobs j on j.id = r.id
        where r.state = 'queued' and j.state = 'scheduled' and j.run_at is null
        """;

    /// <summary>One pass.</summary>
    public async Task GiveAsync(CancellationToken cancellationToken)
    {
        var waiting = await WaitingAsync(cancellationToken);
        if (waiting.Count == 0)
        {
            return;
        }

        await transactions.RunAsync(
            async (connection, runs) =>
            {
                foreach (var (pool, workflow) in waiting)
                {
                    if (pool is not null)
                    {
                        runs.FillPool(pool);
                    }
                    else if (await plans.FindCurrentAsync(connection, workflow!, null, cancellationToken) is { } current)
                    {
                        runs.Free(workflow!, current.Plan.Definition.MaxActiveRuns);
                    }
                }

                return true;
            },
            cancellationToken);
    }

    private async Task<List<(string? Pool, string? Workflow)>> WaitingAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Sql);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var waiting = new List<(string?, string?)>();
        while (await rows.ReadAsync(cancellationToken))
        {
            waiting.Add((await rows.IsDBNullAsync(0, cancellationToken) ? null : rows.GetString(0), await rows.IsDBNullAsync(1, cancellationToken) ? null : rows.GetString(1)));
        }

        return waiting;
    }
}
