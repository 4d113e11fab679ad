using AsyncStack.Api.Requests;
using AsyncStack.Core.Database;
using Npgsql;

namespace AsyncStack.Api.Jobs.Bulk;

/// <summary>Gives a command to every job that a filter finds, a batch in a transaction.</summary>
internal sealed class BulkJobCommands(NpgsqlDataSource database, JobCommands commands)
{
    private const int BatchSize = 500;

    public Task<BulkAnswer> CancelAsync(BulkRequest<BulkJobFilter> request, string actor, CancellationToken cancellationToken) =>
        RunAsync(request, actor, commands.CancelAsync, cancellationToken);

    public Task<BulkAnswer> RetryAsync(BulkRequest<BulkJobFilter> request, string actor, CancellationToken cancellationToken) =>
        RunAsync(request, actor, commands.RetryAsync, cancellationToken);

    private async Task<BulkAnswer> RunAsync(
        BulkRequest<BulkJobFilter> request,
        string actor,
        Func<JobBatch, CancellationToken, Task<List<JobChange>>> run,
        CancellationToken cancellationToken)
    {
        var ids = await FindAsync(request.Filter, request.Limit, cancellationToken);
        var changed = 0;
        foreach (var chunk in ids.Chunk(BatchSize))
        {
            var batch = new JobBatch(chunk, actor, request.Details, SkipHeld: true);
            var changes = await run(batch, cancellationToken);

            // Whoever held a row may have done nothing to it: each is waited for by itself, as a command for one job is.
            foreach (var held in chunk.Except(changes.Select(c => c.Id)).ToArray())
            {
                changes.AddRange(await run(batch with { Ids = [held], SkipHeld = false }, cancellationToken));
            }

            changed += changes.Count(c => c.Done);
        }

        return new BulkAnswer(ids.Count, changed);
    }

    private async Task<List<Guid>> FindAsync(BulkJobFilter filter, int limit, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand();
        command.CommandText = $"select id from jobs where {filter.AddTo(command)} order by id limit @limit";
        command.Parameters.AddWithValue("limit", limit);
        return await command.ReadIdsAsync(cancellationToken);
    }
}
