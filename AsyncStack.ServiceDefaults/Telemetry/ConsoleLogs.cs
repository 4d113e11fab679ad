using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace AsyncStack.ServiceDefaults.Telemetry;

internal static class ConsoleLogs
{
    /// <summary>One JSON object a line, or plain lines in Development; <c>Logging:Json</c> decides otherwise.</summary>
    public static void AddConsoleLogs(this IHostApplicationBuilder builder)
    {
        AddQuietLevels(builder.Configuration);
        // The formatter reads the trace from the current activity; the host's scopes would repeat it at a cost.
        builder.Services.Configure<LoggerFactoryOptions>(options => options.ActivityTrackingOptions = ActivityTrackingOptions.None);
        var json = builder.Configuration.GetValue<bool?>("Logging:Json") ?? !builder.Environment.IsDevelopment();
        if (json)
        {
            builder.Logging.AddConsole(console => console.FormatterName = JsonLogFormatter.FormatterName);
            builder.Logging.AddConsoleFormatter<JsonLogFormatter, ConsoleFormatterOptions>();
        }
        else
        {
            builder.Logging.AddSimpleConsole(console => console.SingleLine = true);
        }
    }

    /// <summary>Defaults below every other source of configuration, so that any of them may say otherwise.</summary>
    private static void AddQuietLevels(IConfigurationManager configuration) =>
        configuration.Sources.Insert(0, new MemoryConfigurationSource
        {
            InitialData = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase)
            {
                ["Logging:LogLevel:Microsoft.AspNetCore"] = "Warning",
                ["Logging:LogLevel:Microsoft.EntityFrameworkCore.Database.Command"] = "Warning",
                ["Logging:LogLevel:Npgsql"] = "Warning",
                ["Logging:LogLevel:System.Net.Http.HttpClient"] = "Warning",
            },
        });
}
