using AsyncStack.ServiceDefaults.Clients;
using AsyncStack.ServiceDefaults.Secrets;
using AsyncStack.ServiceDefaults.Tests.Clients;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Primitives;
using Npgsql;
using RabbitMQ.Client;

namespace AsyncStack.ServiceDefaults.Tests.Secrets;

[Collection(ClientServersCollection.Name)]
public sealed class SecretTests(ClientServers servers)
{
    [Theory]
    [InlineData("whsec_{secret:a}", "p@s;s \"w\"", "whsec_p@s;s \"w\"")]
    [InlineData("Host=db;Password={secret:a};Database=x", "plain", "Host=db;Password=plain;Database=x")]
    [InlineData("Host=db;Password={secret:a};Database=x", "p;s\"w", "Host=db;Password=\"p;s\"\"w\";Database=x")]
    [InlineData("amqp://{secret:a}:{secret:a}@broker:5672", "p/s@w", "amqp://p%2Fs%40w:p%2Fs%40w@broker:5672")]
    [InlineData("cache:6379,password={secret:a}", "p@s;w", "cache:6379,password=p@s;w")]
    [InlineData("nothing {here}", "x", "nothing {here}")]
    public void A_secret_is_written_as_its_setting_needs_it(string template, string secret, string setting) =>
        Assert.Equal(setting, SecretText.Expand(template, _ => secret));

    [Fact]
    public void Npgsql_reads_a_quoted_password_back()
    {
        const string secret = "a;b='c\"d\" e";

        Assert.Equal(secret, new NpgsqlConnectionStringBuilder(SecretText.Expand("Host=db;Password={secret:a}", _ => secret)).Password);
    }

    [Fact]
    public void A_secret_that_is_not_there_stops_the_start_by_name()
    {
        using var mounted = new MountedSecret();

        var fault = Assert.Throws<InvalidOperationException>(() => Configuration(mounted, ("Key", "{secret:db-password}")));

        Assert.Contains("'db-password'", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_is_not_there_stops_the_start_by_name()
    {
        var builder = new ConfigurationBuilder().Add(MountedSecrets.Over("/not/there", new Dictionary<string, string>(StringComparer.Ordinal)));

        Assert.Contains("'/not/there'", Assert.Throws<InvalidOperationException>(builder.Build).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Settings_change_when_the_mounted_secret_does()
    {
        using var mounted = new MountedSecret(("a", "first\n"), ("b", "other"));
        var configuration = Configuration(mounted, ("Setting", "{secret:a}-{secret:b}"));
        Assert.Equal("first-other", configuration["Setting"]);
        var changed = Change(configuration);

        mounted.Replace(("a", "second"), ("b", "other"));

        await changed.WaitAsync(TestContext.Current.CancellationToken);
        Assert.Equal("second-other", configuration["Setting"]);
    }

    [Fact]
    public async Task A_new_password_of_postgres_is_used_without_a_restart()
    {
        var role = $"rotating_{Guid.NewGuid():N}";
        await ExecuteAsync($"create role {role} login password 'first'");
        using var mounted = new MountedSecret(("password", "first"));
        var address = new NpgsqlConnectionStringBuilder(servers.PostgresConnectionString) { Username = role, Password = null };
        await using var service = await TestService.StartAsync(builder =>
        {
            ((IConfigurationBuilder)builder.Configuration).Add(MountedSecrets.Over(mounted.Path, new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["ConnectionStrings:db"] = $"{address.ConnectionString};Password={{secret:password}}",
            }));
            builder.AddNpgsqlDataSource("db");
        });
        var source = service.Get<NpgsqlDataSource>();
        await using (await source.OpenConnectionAsync(TestContext.Current.CancellationToken))
        {
        }

        await ExecuteAsync($"alter role {role} password 'second'");
        mounted.Replace(("password", "second"));

        // Whoever follows the configuration hears of a change in an order that nobody promises.
        await Waiting.ForAsync(async () =>
        {
            source.Clear();
            try
            {
                await using var connection = await source.OpenConnectionAsync(TestContext.Current.CancellationToken);
                return true;
            }
            catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.InvalidPassword)
            {
                return false;
            }
        });
    }

    [Fact]
    public async Task A_new_password_of_rabbitmq_is_taken_for_the_next_connection()
    {
        using var mounted = new MountedSecret(("user", "me"), ("password", "fi/rst"));
        await using var app = TestService.Build(builder =>
        {
            ((IConfigurationBuilder)builder.Configuration).Add(MountedSecrets.Over(mounted.Path, new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["ConnectionStrings:mq"] = "amqp://{secret:user}:{secret:password}@broker:5672",
            }));
            builder.AddRabbitMQClient("mq");
        });
        var provider = ((ConnectionFactory)app.Services.GetService(typeof(IConnectionFactory))!).CredentialsProvider;
        Assert.IsType<CurrentCredentials>(provider);
        Assert.Equal("fi/rst", (await provider.GetCredentialsAsync(TestContext.Current.CancellationToken)).Password);

        mounted.Replace(("user", "me"), ("password", "second"));

        await Waiting.ForAsync(async () => (await provider.GetCredentialsAsync(TestContext.Current.CancellationToken)).Password == "second");
    }

    private static IConfigurationRoot Configuration(MountedSecret mounted, params (string Key, string Template)[] settings) =>
        new ConfigurationBuilder().Add(MountedSecrets.Over(mounted.Path, settings.ToDictionary(s => s.Key, s => s.Template, StringComparer.Ordinal))).Build();

    private static Task Change(IConfiguration configuration)
    {
        var changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        ChangeToken.OnChange(configuration.GetReloadToken, () => changed.TrySetResult());
        return changed.Task;
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(servers.PostgresConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }
}
