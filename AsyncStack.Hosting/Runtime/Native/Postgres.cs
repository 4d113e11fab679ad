using System.Security.Cryptography;
using System.Text;
using AsyncStack.Hosting.Runtime.Processes;
using AsyncStack.Hosting.Runtime.Probes;

namespace AsyncStack.Hosting.Runtime.Native;

/// <summary>Postgres from the machine's own packages: one cluster in the resource's folder, on loopback only.</summary>
internal sealed class Postgres : IServerRuntime
{
    private const string Defaults = """
        listen_addresses = '127.0.0.1'
        max_connections = 200
        shared_buffers = 256MB
        work_mem = 8MB
        maintenance_work_mem = 64MB
        effective_io_concurrency = 100
        random_page_cost = 1.1
        jit = off
        fsync = on
        synchronous_commit = on
        wal_compression = on
        max_wal_size = 2GB
        min_wal_size = 128MB
        checkpoint_timeout = 15min
        checkpoint_completion_target = 0.9
        autovacuum_naptime = 15s
        log_checkpoints = off
        logging_collector = off
        log_destination = 'stderr'
        """;

    public async Task<IRunningResource> StartAsync(ResourceStart start, CancellationToken cancellationToken)
    {
        var account = Account.ForServer("postgres");
        var folder = await ServerFolder.PrepareAsync(start, account, cancellationToken);
        await NativeServer.PreviousRunEndedAsync(folder, cancellationToken);
        var data = Path.Combine(folder, "pg");
        var programs = PostgresPrograms.Folder(MajorOf(data));
        await CreateAsync(start, programs, folder, data, account, cancellationToken);
        await ConfigureAsync(start, folder, data, account, cancellationToken);
        var command = new ServerCommand(Path.Combine(programs, "postgres"), ["-D", data, .. start.Arguments])
        {
            // Fast shutdown: roll back and close; the plain request would wait for every client to leave.
            StopSignal = "INT",
        };
        return await NativeServer.StartAsync(start, command, folder, account, cancellationToken);
    }

    public Task<string?> ProbeAsync(ResourceStart start, CancellationToken cancellationToken) =>
        PostgresProbe.ReadyAsync(start.Ports["tcp"], start.UserName ?? "postgres", start.Password ?? "", cancellationToken);

    private static string? MajorOf(string data)
    {
        var version = Path.Combine(data, "PG_VERSION");
        return File.Exists(version) ? File.ReadAllText(version).Trim() : null;
    }

    // A cluster is whole only once its password is recorded: an interrupted creation starts over.
    private static async Task CreateAsync(
        ResourceStart start, string programs, string folder, string data, Account? account, CancellationToken cancellationToken)
    {
        var user = start.UserName ?? "postgres";
        var password = start.Password ?? throw new InvalidOperationException($"Postgres '{start.Name}' needs a password parameter.");
        var record = Path.Combine(folder, "credentials.sha256");
        var wanted = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes($"{user}\n{password}")));
        if (!File.Exists(record))
        {
            await InitializeAsync(programs, folder, data, user, password, account, cancellationToken);
        }
        else if (await File.ReadAllTextAsync(record, cancellationToken) != wanted)
        {
            await ChangePasswordAsync(programs, data, user, password, account, cancellationToken);
        }

        await ServerFolder.WritePrivateAsync(record, wanted, account, cancellationToken);
    }

    private static async Task InitializeAsync(
        string programs, string folder, string data, string user, string password, Account? account, CancellationToken cancellationToken)
    {
        if (Directory.Exists(data))
        {
            Directory.Delete(data, recursive: true);
        }

        var passwordFile = Path.Combine(folder, "password");
        await ServerFolder.WritePrivateAsync(passwordFile, password, account, cancellationToken);
        string[] arguments =
        [
            "-D", data, "-U", user, $"--pwfile={passwordFile}", "--auth=scram-sha-256",
            "--encoding=UTF8", "--locale=C.UTF-8", "--no-instructions", "--no-sync",
        ];
        var result = await HostCommand.RunAsync(
            account, Path.Combine(programs, "initdb"), arguments, folder, cancellationToken: cancellationToken);
        File.Delete(passwordFile);
        result.EnsureSuccess("Creating the Postgres cluster");
    }

    // The kept folder belongs to another password: set it in single-user mode, which asks for none.
    private static async Task ChangePasswordAsync(
        string programs, string data, string user, string password, Account? account, CancellationToken cancellationToken)
    {
        var name = user.Replace("\"", "\"\"", StringComparison.Ordinal);
        var secret = password.Replace("'", "''", StringComparison.Ordinal);
        var script = $"""
            DO $do$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{user.Replace("'", "''", StringComparison.Ordinal)}') THEN CREATE ROLE "{name}" SUPERUSER LOGIN; END IF; END $do$;
            ALTER ROLE "{name}" WITH SUPERUSER LOGIN PASSWORD '{secret}';

            """;
        var result = await HostCommand.RunAsync(
            account, Path.Combine(programs, "postgres"), ["--single", "-D", data, "template1"], data, script, cancellationToken);
        if (result.ExitCode != 0 || result.Error.Contains("ERROR:", StringComparison.Ordinal))
        {
            throw new InvalidOperationException("The kept Postgres data has another password, and setting the new one failed.");
        }
    }

    // initdb sets its own max_connections and shared_buffers above the include; the last setting wins.
    private static async Task ConfigureAsync(
        ResourceStart start, string folder, string data, Account? account, CancellationToken cancellationToken)
    {
        var settings = $"""
            # Written at every start; to change a setting, pass it by WithArgs("-c", "name=value").
            {Defaults}
            port = {start.Ports["tcp"]}
            unix_socket_directories = ''
            """;
        var path = Path.Combine(data, "asyncstack.conf");
        await ServerFolder.WritePrivateAsync(path, settings + "\n", account, cancellationToken);
        var main = Path.Combine(data, "postgresql.conf");
        const string Include = "include 'asyncstack.conf'";
        if (!(await File.ReadAllTextAsync(main, cancellationToken)).Contains(Include, StringComparison.Ordinal))
        {
            await File.AppendAllTextAsync(main, Include + "\n", cancellationToken);
        }

        start.Log($"Postgres listens on 127.0.0.1:{start.Ports["tcp"]}, data in {folder}.", false);
    }
}
