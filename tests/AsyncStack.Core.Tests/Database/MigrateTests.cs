using AsyncStack.Core.Database;
using AsyncStack.Core.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace AsyncStack.Core.Tests.Database;

public sealed class MigrateTests(CoreServers servers) : IAsyncLifetime
{
    private NpgsqlDataSource _database = null!;
    private string _output = "";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _database = NpgsqlDataSource.Create(await servers.CreateDatabaseAsync());

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task Down_to_nothing_and_up_again_makes_the_same_schema()
    {
        Assert.Equal(0, await RunAsync("up"));
        var first = await SchemaAsync();
        Assert.Contains("jobs.correlation_id text NO NO", first);

        Assert.Equal(0, await RunAsync("down", "0"));
        Assert.All(await SchemaAsync(), item => Assert.StartsWith("__EFMigrationsHistory", item, StringComparison.Ordinal));
        Assert.Equal(0, await RunAsync("up"));

        Assert.Equal(first, await SchemaAsync());
    }

    [Fact]
    public async Task Down_takes_back_one_at_a_time()
    {
        await RunAsync("up");
        var steps = 0;
        while (await RunAsync("down") == 0)
        {
            steps++;
        }

        Assert.Equal(Known().Length, steps);
        Assert.Contains("nothing to take back", _output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Up_twice_is_fine_and_takes_a_target_by_its_short_name()
    {
        Assert.Equal(0, await RunAsync("up", "Pipeline"));
        Assert.Contains("20261122000001_Pipeline", _output, StringComparison.Ordinal);
        Assert.Equal(1, await RunAsync("status"));
        Assert.Equal(0, await RunAsync("up"));
        Assert.Equal(0, await RunAsync("up"));
        Assert.Equal(0, await RunAsync("status"));
    }

    [Fact]
    public async Task Status_says_what_is_pending_by_its_exit_code_too()
    {
        Assert.Equal(1, await RunAsync("status"));
        Assert.Equal(["current (empty)", $"pending {string.Join(", ", Known())}"], Lines());

        await RunAsync("up");
        Assert.Equal(0, await RunAsync("status"));
        Assert.Equal([$"current {Known()[^1]}", "pending none"], Lines());
    }

    [Fact]
    public async Task History_tells_of_each()
    {
        await RunAsync("up", "Pipeline");

        Assert.Equal(0, await RunAsync("history"));

        Assert.Equal(["applied 20261122000001_Pipeline", .. Known()[1..].Select(name => $"pending {name}")], Lines());
    }

    [Theory]
    [InlineData("up", "Nonsense")]
    [InlineData("down", "Nonsense")]
    public async Task An_unknown_target_is_refused_with_the_known_ones(params string[] words)
    {
        Assert.Equal(2, await RunAsync(words));
        Assert.Contains("'Nonsense' is no migration; known are 0, 20261122000001_Pipeline", _output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData]
    [InlineData("sideways")]
    [InlineData("up", "Pipeline", "more")]
    public async Task Other_words_are_refused_with_the_usage(params string[] words)
    {
        Assert.Equal(2, await RunAsync(words));
        Assert.StartsWith("usage: migrate", _output, StringComparison.Ordinal);
    }

    private string[] Known()
    {
        using var context = new AsyncStackContext(new DbContextOptionsBuilder<AsyncStackContext>().UseNpgsql(_database).Options);
        return [.. context.Database.GetMigrations()];
    }

    private string[] Lines() => _output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    [Fact]
    public async Task Wait_ends_once_somebody_else_has_applied_every_migration()
    {
        await using var context = new AsyncStackContext(new DbContextOptionsBuilder<AsyncStackContext>().UseNpgsql(_database).Options);
        await using var output = new StringWriter();
        var waiting = new MigrateCommand(context, output).RunAsync(["wait"], Cancel);
        await RunAsync("up", "Pipeline");
        Assert.False(waiting.IsCompleted);

        await RunAsync("up");

        Assert.Equal(0, await waiting);
        Assert.Contains("every migration is applied", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wait_waits_for_a_database_that_is_not_there_yet()
    {
        var name = $"later_{Guid.NewGuid():N}";
        await using var later = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(servers.PostgresConnectionString) { Database = name });
        await using var context = new AsyncStackContext(new DbContextOptionsBuilder<AsyncStackContext>().UseNpgsql(later).Options);
        var waiting = new MigrateCommand(context, TextWriter.Null).RunAsync(["wait"], Cancel);
        await using var create = _database.CreateCommand($"create database {name}");
        await create.ExecuteNonQueryAsync(Cancel);
        Assert.False(waiting.IsCompleted);

        await using var other = new AsyncStackContext(new DbContextOptionsBuilder<AsyncStackContext>().UseNpgsql(later).Options);
        await new MigrateCommand(other, TextWriter.Null).RunAsync(["up"], Cancel);

        Assert.Equal(0, await waiting);
    }

    private async Task<int> RunAsync(params string[] words)
    {
        await using var context = new AsyncStackContext(new DbContextOptionsBuilder<AsyncStackContext>().UseNpgsql(_database).Options);
        await using var output = new StringWriter();
        var code = await new MigrateCommand(context, output).RunAsync(words, Cancel);
        _output = output.ToString();
        return code;
    }

    /// <summary>Every column, constraint and index, by name.</summary>
    private async Task<List<string>> SchemaAsync()
    {
        await using var command = _database.CreateCommand("""
            select concat_ws(' ', table_name || '.' || column_name, data_type, is_nullable, column_default, is_identity)
            from information_schema.columns where table_schema = 'public'
            union all
            select concat_ws(' ', conrelid::regclass, conname, pg_get_constraintdef(oid)) from pg_constraint where connamespace = 'public'::regnamespace
            union all
            select concat_ws(' ', tablename, indexdef) from pg_indexes where schemaname = 'public'
            union all
            select concat_ws(' ', relname, reloptions) from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'
            order by 1
            """);
        await using var rows = await command.ExecuteReaderAsync(Cancel);
        var items = new List<string>();
        while (await rows.ReadAsync(Cancel))
        {
            items.Add(rows.GetString(0).Replace("\"", "", StringComparison.Ordinal));
        }

        return items;
    }
}
