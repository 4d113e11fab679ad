using System.Text;
using System.Text.Json;
using AsyncStack.Hosting.Runtime.Processes;

namespace AsyncStack.Hosting.Runtime.Native;

/// <summary>The files a RabbitMQ node starts from.</summary>
internal static class RabbitMqFiles
{
    /// <summary>The enabled plugins.</summary>
    public const string Plugins = "enabled_plugins";

    /// <summary>Name of the ini-style settings, which are absent: translating them costs a second of every start.</summary>
    public const string Configuration = "no-rabbitmq.conf";

    /// <summary>The settings, as Erlang terms.</summary>
    public const string Advanced = "advanced.config";

    private const string Definitions = "definitions.json";
    private static readonly string[] Administrator = ["administrator"];
    private const long WriteAheadLogBytes = 64L * 1024 * 1024;
    private const long FreeDiskLimitBytes = 200L * 1024 * 1024;

    /// <summary>Writes them anew; they hold the graph's present ports and password.</summary>
    public static async Task WriteAsync(ResourceStart start, string folder, Account? account, CancellationToken cancellationToken)
    {
        var management = start.Ports.TryGetValue("management", out var port) ? port : (int?)null;
        var metrics = start.Ports.TryGetValue("metrics", out port) ? port : (int?)null;
        var definitions = Path.Combine(folder, Definitions);
        var files = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [Plugins] = EnabledPlugins(management, metrics),
            [Advanced] = Settings(start.Ports["tcp"], management, metrics, definitions),
            [Definitions] = Users(start.UserName ?? "guest", start.Password ?? "guest"),
        };
        foreach (var (name, content) in files)
        {
            await ServerFolder.WritePrivateAsync(Path.Combine(folder, name), content, account, cancellationToken);
        }
    }

    private static string EnabledPlugins(int? management, int? metrics)
    {
        string?[] plugins = [management is null ? null : "rabbitmq_management", metrics is null ? null : "rabbitmq_prometheus"];
        return $"[{string.Join(',', plugins.OfType<string>())}].\n";
    }

    // A small write-ahead log: each quorum queue's memory and every restart's replay are bounded by it.
    private static string Settings(int port, int? management, int? metrics, string definitions)
    {
        var plugins = management is null
            ? ""
            : $$""",{rabbitmq_management, [{tcp_config, [{ip, "127.0.0.1"}, {port, {{management}}}]}]}""";
        var tick = "";
        if (metrics is not null)
        {
            plugins += $$""",{rabbitmq_prometheus, [{tcp_config, [{ip, "127.0.0.1"}, {port, {{metrics}}}]}]}""";
            tick = $$""",{quorum_tick_interval, {{QueueMetrics.TickMilliseconds}}}""";
        }

        return $$"""
            [{rabbit, [
               {tcp_listeners, [{"127.0.0.1", {{port}}}]},
               {loopback_users, []},
               {load_definitions, {{Quote(definitions)}}},
               {disk_free_limit, {{FreeDiskLimitBytes}}},
               {vm_memory_high_watermark, 0.4},
               {log, [{console, [{enabled, true}, {level, warning}]}, {file, [{file, false}]}]}
               {{tick}}
             ]},
             {ra, [{wal_max_size_bytes, {{WriteAheadLogBytes}}}]}
             {{plugins}}
            ].

            """;
    }

    // Imported at every start, so that kept data takes the graph's present password.
    private static string Users(string user, string password)
    {
        var everything = new { user, vhost = "/", configure = ".*", write = ".*", read = ".*" };
        return JsonSerializer.Serialize(new
        {
            vhosts = new[] { new { name = "/" } },
            users = new[] { new { name = user, password, tags = Administrator } },
            permissions = new[] { everything },
        });
    }

    private static string Quote(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var character in text)
        {
            quoted.Append(character is '"' or '\\' ? "\\" : "").Append(character);
        }

        return quoted.Append('"').ToString();
    }
}
