using System.Diagnostics;
using System.Text.Json;
using AsyncStack.ServiceDefaults.Telemetry;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;

namespace AsyncStack.ServiceDefaults.Tests.Telemetry;

public sealed class JsonLogFormatterTests
{
    [Fact]
    public void A_record_is_one_line_of_JSON_with_its_trace_and_values()
    {
        using var activity = new Activity("work").Start();

        var line = Write(LogLevel.Warning, [new("Job", 7), new("{OriginalFormat}", "job {Job} is late")], "job 7 is late\nvery", exception: null);

        var record = JsonDocument.Parse(line).RootElement;
        Assert.Equal(1, line.Count(c => c == '\n'));
        Assert.Equal(("warning", "Jobs", "job 7 is late\nvery"), (Text("level"), Text("category"), Text("message")));
        Assert.Equal((activity.TraceId.ToHexString(), activity.SpanId.ToHexString()), (Text("trace_id"), Text("span_id")));
        Assert.Equal("7", record.GetProperty("values").GetProperty("Job").GetString());
        Assert.Equal(TimeSpan.Zero, record.GetProperty("timestamp").GetDateTimeOffset().Offset);

        string? Text(string name) => record.GetProperty(name).GetString();
    }

    [Fact]
    public void Without_activity_or_values_those_fields_are_absent()
    {
        Activity.Current = null;

        var record = JsonDocument.Parse(Write(LogLevel.Error, [new("{OriginalFormat}", "broken")], "broken", new InvalidOperationException("why"))).RootElement;

        Assert.Equal(["timestamp", "level", "category", "message", "exception"], record.EnumerateObject().Select(property => property.Name));
        Assert.Contains("why", record.GetProperty("exception").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Production", null, true)]
    [InlineData("Development", null, false)]
    [InlineData("Development", "true", true)]
    [InlineData("Production", "false", false)]
    public async Task JSON_is_the_default_outside_of_Development(string environment, string? setting, bool json)
    {
        await using var app = TestService.Build(settings: new() { ["Logging:Json"] = setting }, environment: environment);
        var options = (IOptions<ConsoleLoggerOptions>)app.Services.GetService(typeof(IOptions<ConsoleLoggerOptions>))!;

        Assert.Equal(json ? JsonLogFormatter.FormatterName : ConsoleFormatterNames.Simple, options.Value.FormatterName);
    }

    private static string Write(LogLevel level, List<KeyValuePair<string, object?>> state, string message, Exception? exception)
    {
        var writer = new StringWriter();
        var entry = new LogEntry<IReadOnlyList<KeyValuePair<string, object?>>>(level, "Jobs", 0, state, exception, (_, _) => message);
        new JsonLogFormatter(TimeProvider.System).Write(entry, scopeProvider: null, writer);
        return writer.ToString();
    }
}
