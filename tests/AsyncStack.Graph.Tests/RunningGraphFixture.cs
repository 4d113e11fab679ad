using System.Net.Http.Headers;
using System.Text.Json;
using Npgsql;
using Projects;

[assembly: AssemblyFixture(typeof(AsyncStack.Graph.Tests.RunningGraphFixture))]
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace AsyncStack.Graph.Tests;

/// <summary>The whole graph on real servers, started once; tests that break a part mend it before they end.</summary>
public sealed class RunningGraphFixture : IAsyncLifetime
{
    private static readonly TimeSpan StartDeadline = TimeSpan.FromMinutes(3);

    // Retries come after a second instead of five, so that a target that was down is tried again within a test's patience;
    // two hundred slots let two hundred jobs run at once; the body limit lets a 10 MB result through.
    private static readonly string[] Arguments =
    [
        "--Override:notifier:Notifier__RetryDelays__0=00:00:01",
        "--Override:notifier:Notifier__RetryDelays__1=00:00:01",
        "--Override:notifier:Notifier__RetryDelays__2=00:00:01",
        "--Override:worker:Worker__Concurrency=256",
        "--Override:api:Accept__MaxBodyBytes=16777216",
    ];

    private readonly DirectoryInfo _temporary = Directory.CreateTempSubdirectory("asyncstack-spill-");

    private IDistributedApplicationTestingBuilder? _builder;
    private HttpClient? _web;

    public DistributedApplication App { get; private set; } = null!;

    internal GraphClient Client { get; private set; } = null!;

    public NpgsqlDataSource Database { get; private set; } = null!;

    /// <summary>The receiver that belongs to the product; it verifies signatures.</summary>
    public Uri Webhook => new(App.GetEndpoint("web", "http"), "/webhook");

    public async ValueTask InitializeAsync()
    {
        _builder = await DistributedApplicationTestingBuilder.CreateAsync<AsyncStack_AppHost>(
            [.. Arguments, $"--Override:worker:Datasets__TempPath={_temporary.FullName}"], CancellationToken.None);
        App = await _builder.BuildAsync(CancellationToken.None);
        await App.StartAsync(CancellationToken.None);
        await HealthyAsync("gateway", "api", "worker", "notifier", "web");
        Client = new GraphClient(App.CreateHttpClient("gateway", "http"));
        _web = App.CreateHttpClient("web", "http");
        _web.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        Database = NpgsqlDataSource.Create((await App.GetConnectionStringAsync("asyncstack", CancellationToken.None))!);
    }

    public async ValueTask DisposeAsync()
    {
        _web?.Dispose();
        Client?.Http.Dispose();
        if (Database is not null)
        {
            await Database.DisposeAsync();
        }

        if (App is not null)
        {
            await Chaos.WriteLogsAsync(App);
            await App.DisposeAsync();
        }

        if (_builder is not null)
        {
            await _builder.DisposeAsync();
        }

        _temporary.Delete(recursive: true);
    }

    /// <summary>What the worker's dataset jobs have left in their temporary folder.</summary>
    public string[] TemporaryFiles() => [.. _temporary.EnumerateFileSystemInfos().Select(f => f.Name)];

    /// <summary>Waits until every one of these resources is healthy.</summary>
    public async Task HealthyAsync(params string[] resources)
    {
        using var timeout = new CancellationTokenSource(StartDeadline);
        foreach (var resource in resources)
        {
            await App.ResourceNotifications.WaitForResourceHealthyAsync(resource, timeout.Token);
        }
    }

    /// <summary>Stops a resource for as long as <paramref name="meanwhile"/> takes, then starts it and waits until all is healthy.</summary>
    public async Task WithoutAsync(string resource, Func<Task> meanwhile)
    {
        await CommandAsync(resource, KnownResourceCommands.StopCommand);
        try
        {
            await meanwhile();
        }
        finally
        {
            await CommandAsync(resource, KnownResourceCommands.StartCommand);
            await HealthyAsync(resource, "api", "worker", "notifier");
            Database.Clear();
        }
    }

    /// <summary>What the product's own receiver got for a job; waits up to 30 s for the first.</summary>
    public async Task<JsonElement[]> WebhooksAsync(string correlationId)
    {
        using var response = await _web!.GetAsync($"/webhook?correlation_id={correlationId}&wait=30");
        using var document = await JsonDocument.ParseAsync(await response.Content.ReadAsStreamAsync());
        return [.. document.RootElement.EnumerateArray().Select(e => e.Clone())];
    }

    /// <summary>One value from the graph's database.</summary>
    public async Task<T> ScalarAsync<T>(string sql, params object[] parameters)
    {
        await using var command = Database.CreateCommand(sql);
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        }

        return (T)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>Keeps a table from being written until the returned connection is disposed.</summary>
    public async Task<NpgsqlConnection> LockAsync(string table)
    {
        var connection = await Database.OpenConnectionAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = $"begin; lock table {table} in exclusive mode";
        await command.ExecuteNonQueryAsync();
        return connection;
    }

    private async Task CommandAsync(string resource, string command)
    {
        var result = await App.ResourceCommands.ExecuteCommandAsync(resource, command, CancellationToken.None);
        Assert.True(result.Success, $"{command} of {resource}: {result.ErrorMessage}");
    }
}
