using System.Security.Cryptography;
using AsyncStack.Hosting.Runtime.Probes;
using AsyncStack.Hosting.Runtime.Processes;

namespace AsyncStack.Hosting.Runtime.Native;

/// <summary>
/// RabbitMQ from the machine's own packages: its own node, cookie, data and port mapper, on loopback only. The management
/// plugin runs where the graph has an endpoint named <c>management</c>, the Prometheus plugin where it has one named <c>metrics</c>.
/// </summary>
internal sealed class RabbitMq : IServerRuntime
{
    private const string InstallCommand = "apt-get install -y rabbitmq-server";

    // Idle schedulers must not spin, and the node talks to nobody but this machine.
    private const string EmulatorArguments =
        "+sbwt none +sbwtdcpu none +sbwtdio none -kernel inet_dist_use_interface {127,0,0,1}";

    // The port mapper is a child like any other, in the foreground: left to itself, Erlang would start one as a daemon.
    private const string StartScript = "epmd & exec \"$0\" \"$@\"";

    public async Task<IRunningResource> StartAsync(ResourceStart start, CancellationToken cancellationToken)
    {
        var server = FindServer();
        var account = Account.ForServer("rabbitmq");
        var folder = await ServerFolder.PrepareAsync(start, account, cancellationToken);
        await RabbitMqFiles.WriteAsync(start, folder, account, cancellationToken);
        await CreateCookieAsync(folder, account, cancellationToken);
        var command = new ServerCommand("/bin/sh", ["-c", StartScript, server, .. start.Arguments])
        {
            Environment = Environment(folder),
        };
        return await NativeServer.StartAsync(start, command, folder, account, cancellationToken);
    }

    public Task<string?> ProbeAsync(ResourceStart start, CancellationToken cancellationToken) =>
        AmqpProbe.ReadyAsync(start.Ports["tcp"], start.UserName ?? "guest", start.Password ?? "guest", cancellationToken);

    // Debian's program on the PATH is a wrapper that switches accounts by itself; the plain one lies beside the library.
    private static string FindServer()
    {
        Programs.Require("erl", InstallCommand);
        return Programs.Find("/usr/lib/rabbitmq/bin/rabbitmq-server") ?? Programs.Require("rabbitmq-server", InstallCommand);
    }

    private static async Task CreateCookieAsync(string folder, Account? account, CancellationToken cancellationToken)
    {
        var cookie = Path.Combine(folder, ".erlang.cookie");
        if (!File.Exists(cookie))
        {
            var secret = Convert.ToHexString(RandomNumberGenerator.GetBytes(20));
            await ServerFolder.WritePrivateAsync(cookie, secret, account, cancellationToken);
        }
    }

    private static Dictionary<string, string> Environment(string folder)
    {
        var ports = FreePort.Take(2);
        return new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["ERL_EPMD_ADDRESS"] = "127.0.0.1",
            ["ERL_EPMD_PORT"] = ports[0].ToString(),
            ["RABBITMQ_DIST_PORT"] = ports[1].ToString(),
            ["RABBITMQ_NODENAME"] = "rabbit@localhost",
            ["RABBITMQ_MNESIA_BASE"] = folder,
            ["RABBITMQ_MNESIA_DIR"] = Path.Combine(folder, "mnesia"),
            ["RABBITMQ_LOG_BASE"] = Path.Combine(folder, "log"),
            ["RABBITMQ_LOGS"] = "-",
            ["RABBITMQ_PID_FILE"] = Path.Combine(folder, "rabbitmq.pid"),
            ["RABBITMQ_ENABLED_PLUGINS_FILE"] = Path.Combine(folder, RabbitMqFiles.Plugins),
            ["RABBITMQ_CONFIG_FILE"] = Path.Combine(folder, RabbitMqFiles.Configuration),
            ["RABBITMQ_CONF_ENV_FILE"] = Path.Combine(folder, "no-rabbitmq-env.conf"),
            ["RABBITMQ_ADVANCED_CONFIG_FILE"] = Path.Combine(folder, RabbitMqFiles.Advanced),
            ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] = EmulatorArguments,
            // Makes the start script become the server instead of waiting for it: signals reach it, and its id is ours.
            ["RUNNING_UNDER_SYSTEMD"] = "true",
        };
    }
}
