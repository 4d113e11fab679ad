using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace AsyncStack.Core.Database;

/// <summary>The verbs of <c>migrate</c>: up, down, wait, status and history.</summary>
public sealed class MigrateCommand(AsyncStackContext context, TextWriter output)
{
    private const string Usage = "usage: migrate up [target] | down [target] | wait | status | history";

    // The database tells nobody of a schema that changes.
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    /// <summary>Runs one verb.</summary>
    /// <returns>The exit code: 0 done, 1 pending migrations (status only), 2 wrong words.</returns>
    public Task<int> RunAsync(IReadOnlyList<string> words, CancellationToken cancellationToken) => words switch
    {
        ["up"] => MigrateAsync(context.Database.GetMigrations().Last(), cancellationToken),
        ["up", var target] => MigrateAsync(target, cancellationToken),
        ["down"] => DownAsync(cancellationToken),
        ["down", var target] => MigrateAsync(target, cancellationToken),
        ["wait"] => WaitAsync(cancellationToken),
        ["status"] => StatusAsync(cancellationToken),
        ["history"] => HistoryAsync(cancellationToken),
        _ => RefuseAsync(Usage),
    };

    private async Task<int> DownAsync(CancellationToken cancellationToken)
    {
        var applied = (await context.Database.GetAppliedMigrationsAsync(cancellationToken)).ToArray();
        return applied.Length == 0
            ? await RefuseAsync("nothing to take back: no migration is applied")
            : await MigrateAsync(applied.Length == 1 ? Migration.InitialDatabase : applied[^2], cancellationToken);
    }

    private async Task<int> MigrateAsync(string target, CancellationToken cancellationToken)
    {
        var known = context.Database.GetMigrations().ToArray();
        var match = target == Migration.InitialDatabase ? target : known.FirstOrDefault(m => m == target || m.EndsWith('_' + target, StringComparison.Ordinal));
        if (match is null)
        {
            return await RefuseAsync($"'{target}' is no migration; known are 0, {string.Join(", ", known)}");
        }

        await context.GetService<IMigrator>().MigrateAsync(match, cancellationToken);
        await output.WriteLineAsync(match == Migration.InitialDatabase ? "database is empty" : $"database is at {match}");
        return 0;
    }

    /// <summary>Ends once every migration that this version knows is applied; a database that is not there yet is waited for, too.</summary>
    private async Task<int> WaitAsync(CancellationToken cancellationToken)
    {
        while (!await IsCurrentAsync(cancellationToken))
        {
            await Task.Delay(LookEvery, TimeProvider.System, cancellationToken);
        }

        await output.WriteLineAsync("every migration is applied");
        return 0;
    }

    private async Task<bool> IsCurrentAsync(CancellationToken cancellationToken)
    {
        try
        {
            return !(await context.Database.GetPendingMigrationsAsync(cancellationToken)).Any();
        }
        catch (Exception exception) when (exception is DbException or TimeoutException or InvalidOperationException { InnerException: DbException })
        {
            return false;
        }
    }

    private async Task<int> StatusAsync(CancellationToken cancellationToken)
    {
        var applied = (await context.Database.GetAppliedMigrationsAsync(cancellationToken)).LastOrDefault();
        var pending = (await context.Database.GetPendingMigrationsAsync(cancellationToken)).ToArray();
        await output.WriteLineAsync($"current {applied ?? "(empty)"}");
        await output.WriteLineAsync(pending.Length == 0 ? "pending none" : $"pending {string.Join(", ", pending)}");
        return pending.Length == 0 ? 0 : 1;
    }

    private async Task<int> HistoryAsync(CancellationToken cancellationToken)
    {
        var applied = (await context.Database.GetAppliedMigrationsAsync(cancellationToken)).ToHashSet(StringComparer.Ordinal);
        foreach (var migration in context.Database.GetMigrations())
        {
            await output.WriteLineAsync($"{(applied.Contains(migration) ? "applied" : "pending")} {migration}");
        }

        return 0;
    }

    private async Task<int> RefuseAsync(string message)
    {
        await output.WriteLineAsync(message);
        return 2;
    }
}
