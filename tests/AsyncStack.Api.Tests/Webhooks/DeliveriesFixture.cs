using AsyncStack.Api.Webhooks;
using AsyncStack.Core.Database;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace AsyncStack.Api.Tests.Webhooks;

/// <summary>The endpoints on a real socket, over a fresh database.</summary>
public sealed class DeliveriesFixture(ApiServers servers) : IAsyncLifetime
{
    private WebApplication _app = null!;

    internal NpgsqlDataSource Database { get; private set; } = null!;

    internal HttpClient Client { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        var connection = await servers.CreateMigratedDatabaseAsync();
        Database = NpgsqlDataSource.Create(connection);
        var builder = WebApplication.CreateBuilder();
        builder.Configuration.AddInMemoryCollection([new("ConnectionStrings:asyncstack", connection)]);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.AddServiceDefaults();
        builder.Logging.ClearProviders();
        builder.AddNpgsqlDataSource("asyncstack");
        builder.AddNpgsqlDbContext<AsyncStackContext>("asyncstack");
        builder.Services.AddSingleton<DeliveryReplay>();
        _app = builder.Build();
        _app.MapDefaultEndpoints();
        _app.MapWebhooks();
        await _app.StartAsync();
        Client = new HttpClient { BaseAddress = new Uri(_app.Urls.Single()) };
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
        await Database.DisposeAsync();
    }

    /// <summary>Inserts a delivery with one attempt.</summary>
    internal async Task<Guid> InsertAsync(string state = "dead", string target = "https://example.com/hook", string? correlationId = null)
    {
        var id = Guid.CreateVersion7();
        await using var command = Database.CreateCommand("""
            insert into webhook_deliveries (id, job_id, job_attempt, job_finished_at, correlation_id, event_type, target_url, body, state, attempts, next_attempt_at,
                created_at, finished_at, last_status, last_error)
            values (@id, @id, 1, now(), @correlation, 'job.completed', @target, '{"result": 1.50}', @state, 1, case when @state = 'pending' then now() end,
                now(), case when @state <> 'pending' then now() end, 500, 'answered 500');
            insert into webhook_attempts values (@id, 1, now(), 12, 500, 'answered 500', 'oops', null);
            """);
        command.Parameters.AddWithValue("id", id);
        command.Parameters.AddWithValue("correlation", correlationId ?? id.ToString());
        command.Parameters.AddWithValue("target", target);
        command.Parameters.AddWithValue("state", state);
        await command.ExecuteNonQueryAsync();
        return id;
    }

    internal async Task<T> ReadAsync<T>(string sql)
    {
        await using var command = Database.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }
}
