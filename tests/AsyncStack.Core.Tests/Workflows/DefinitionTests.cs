using System.Text;
using System.Text.Json;
using AsyncStack.Core.Workflows.Definition;

namespace AsyncStack.Core.Tests.Workflows;

public sealed class DefinitionTests
{
    [Theory]
    [InlineData("""{"steps": [{"id": "a", "job_type": "echo", "depends_on": ["b"]}, {"id": "b", "job_type": "echo", "depends_on": ["a"]}]}""", "depends_on", "'a'", "a → b → a")]
    [InlineData("""{"steps": [{"id": "a", "job_type": "echo", "depends_on": ["x"]}]}""", "steps[0].depends_on", "'a'", "'x'")]
    [InlineData("""{"steps": [{"id": "a", "job_type": "echo"}, {"id": "a", "job_type": "echo"}]}""", "steps[1].id", "'a'", "steps[0]")]
    [InlineData("""{"steps": [{"id": "a", "job_type": "echo", "depends_on": ["a"]}]}""", "steps[0].depends_on", "'a'", "itself")]
    [InlineData("""{"steps": [{"id": "a", "job_type": "echo", "params": {"x": "{{input.}}"}}]}""", "steps[0].params", "'a'", "a name is missing")]
    [InlineData("""{"steps": [{"id": "a", "job_type": "echo", "params": {"x": "{{input.x"}}]}""", "steps[0].params", "'a'", "never ends")]
    [InlineData("""{"steps": [{"id": "a", "job_type": "echo", "params": {"x": "{{system.exit}}"}}]}""", "steps[0].params", "'a'", "begins with 'system'")]
    [InlineData("""{"steps": [{"id": "a", "job_type": "echo", "params": {"x": "{{steps.b.result}}"}}]}""", "steps[0].params", "'a'", "names no step")]
    [InlineData("""{"steps": [{"id": "b", "job_type": "echo"}, {"id": "a", "job_type": "echo", "params": {"x": "{{steps.b.result}}"}}]}""", "steps[1].params", "'a'", "add it to depends_on")]
    [InlineData("""{"input": {"y": {}}, "steps": [{"id": "a", "job_type": "echo", "params": {"x": "{{input.x}}"}}]}""", "steps[0].params", "'a'", "it has y")]
    [InlineData("""{"steps": [{"id": "b", "job_type": "echo", "params": {"y": 1}}, {"id": "a", "job_type": "echo", "depends_on": ["b"], "params": "{{steps.b.result.x}}"}]}""", "steps[1].params", "'a'", "has y")]
    [InlineData("""{"steps": [{"id": "b", "job_type": "metrics", "params": {"dataset_id": "{{input.d}}"}}, {"id": "a", "job_type": "echo", "depends_on": ["b"], "params": "{{steps.b.result}}"}]}""", "steps[1].params", "'a'", "result_uri")]
    [InlineData("""{"steps": [{"id": "a", "job_type": "echo", "params": {"x": "{{item}}"}}]}""", "steps[0].params", "'a'", "for_each")]
    [InlineData("""{"steps": [{"id": "a", "job_type": "echo", "for_each": "items {{input.x}}"}]}""", "steps[0].for_each", "'a'", "one template")]
    [InlineData("""{"steps": [{"id": "a", "job_type": "echo", "max_attempts": -1}]}""", "steps[0].max_attempts", "'a'", "-1")]
    [InlineData("""{"steps": [{"id": "a", "job_type": "echo", "retry_delay_seconds": -5}]}""", "steps[0].retry_delay_seconds", "'a'", "-5")]
    [InlineData("""{"steps": [{"id": "a", "job_type": "echo", "timeout_seconds": -1}]}""", "steps[0].timeout_seconds", "'a'", "-1")]
    [InlineData("""{"steps": [{"id": "a", "job_type": "echo", "for_each": "{{input.x}}", "concurrency": -2}]}""", "steps[0].concurrency", "'a'", "-2")]
    [InlineData("""{"steps": [{"id": "a", "job_type": "echo"}], "max_active_runs": -1}""", "max_active_runs", "max_active_runs", "-1")]
    [InlineData("""{"steps": [{"id": "a", "job_type": "nonsense"}]}""", "steps[0].job_type", "'a'", "known are")]
    [InlineData("""{"steps": [{"id": "a", "job_type": "echo", "trigger_rule": "sometimes"}]}""", "steps[0].trigger_rule", "'a'", "all_success")]
    [InlineData("""{"steps": [{"id": "a", "job_type": "echo", "trigger_rule": "one_failed"}]}""", "steps[0].trigger_rule", "'a'", "depends on none")]
    [InlineData("""{"steps": [{"id": "a", "job_type": "echo", "retries": 3}]}""", "steps[0].retries", "'a'", "max_attempts")]
    [InlineData("""{"steps": [{"id": "a b", "job_type": "echo"}]}""", "steps[0].id", "'a b'", "letters")]
    [InlineData("""{"steps": [{"id": "a", "job_type": "sleep", "params": {"seconds": -3}}]}""", "steps[0].params", "'a'", "seconds")]
    [InlineData("""{"steps": [{"id": "a", "job_type": "http", "params": {"url": "file:///etc/passwd"}}]}""", "steps[0].params", "'a'", "http or https")]
    [InlineData("""{"steps": [{"id": "a", "job_type": "wait", "params": {}}]}""", "steps[0].params", "'a'", "one of seconds")]
    [InlineData("""{"steps": []}""", "steps", "steps", "required")]
    [InlineData("""{"steps": [{"id": "a", "job_type": "echo"}], "schedule": {"cron": "no"}}""", "schedule.cron", "schedule", "no")]
    [InlineData("""{"steps": [{"id": "a", "job_type": "echo"}], "schedule": {"cron": "0 0 * * *", "time_zone": "Moon"}}""", "schedule.time_zone", "schedule", "Moon")]
    [InlineData("""{"steps": [{"id": "a", "job_type": "echo", "params": {"x": "\ud800"}}]}""", "$", "Unicode", "text")]
    [InlineData("""{"steps": [1, null]}""", "steps[0]", "steps[0]", "object")]
    public void Bad_definition_is_refused_with_the_step_and_the_field(string json, string field, string who, string what)
    {
        Assert.Null(DefinitionParser.Read(JsonElement.Parse(json), out var errors));

        var error = errors.First(e => e.Field.EndsWith(field, StringComparison.Ordinal));
        Assert.Contains(who, error.Message, StringComparison.Ordinal);
        Assert.Contains(what, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Ten_thousand_steps_are_too_many()
    {
        var json = new StringBuilder("{\"steps\": [").AppendJoin(',', Enumerable.Range(0, 10_000).Select(i => $$"""{"id": "s{{i}}", "job_type": "echo"}""")).Append("]}");

        Assert.Null(DefinitionParser.Read(JsonElement.Parse(json.ToString()), out var errors));

        Assert.Equal("steps", Assert.Single(errors).Field);
        Assert.Contains("10000", errors[0].Message, StringComparison.Ordinal);
        Assert.Contains("'s1000'", errors[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Chain_of_a_thousand_steps_is_checked_at_once()
    {
        var json = new StringBuilder("{\"steps\": [").AppendJoin(',', Enumerable.Range(0, 1000).Select(i =>
            $$$"""{"id": "s{{{i}}}", "job_type": "echo", "depends_on": [{{{(i == 0 ? "" : $"\"s{i - 1}\"")}}}], "params": {"x": {{{(i == 0 ? "1" : "\"{{steps.s0.result.x}}\"")}}}}}""")).Append("]}");

        Assert.NotNull(DefinitionParser.Read(JsonElement.Parse(json.ToString()), out _));
    }

    [Theory]
    [InlineData("\"{{input.n}}\"", "7")]
    [InlineData("\"n = {{input.n}}!\"", "\"n = 7!\"")]
    [InlineData("""{"a": ["{{input.list}}", "{{ input.list[1].b }}"]}""", """{"a":[[1, {"b": true}],true]}""")]
    [InlineData("\"{{input[\\\"odd name\\\"]}}\"", "\"odd\"")]
    [InlineData("\"{{steps.a.result.x}} {{steps.a.state}}\"", "\"1.50 completed\"")]
    [InlineData("\"{{item}}-{{index}}\"", "\"it\\u0022em-3\"")]
    [InlineData("\"\\\\{{input.n}} {{input.list}}\"", "\"{{input.n}} [1, {\\u0022b\\u0022: true}]\"")]
    [InlineData("12.50", "12.50")]
    public void Template_takes_the_value_it_names(string template, string json) => Assert.Equal(json, Template.Render(JsonElement.Parse(template), Scope));

    [Theory]
    [InlineData("{{input.missing}}", "input has no field 'missing'")]
    [InlineData("{{input.n.x}}", "input.n is a number")]
    [InlineData("{{input.list[2]}}", "input.list has 2 items")]
    [InlineData("{{steps.b.result}}", "names nothing")]
    [InlineData("{{steps.c.result.x}}", "result_uri")]
    public void Template_without_a_value_says_what_is_missing(string template, string why) => Assert.Contains(
        why, Assert.Throws<TemplateException>(() => Template.Render(JsonElement.Parse($"\"{template}\""), Scope)).Message, StringComparison.Ordinal);

    private static TemplateScope Scope { get; } = new()
    {
        Input = JsonElement.Parse("""{"n": 7, "list": [1, {"b": true}], "odd name": "odd"}"""),
        Run = JsonElement.Parse("{}"),
        Item = JsonElement.Parse("\"it\\\"em\""),
        Index = JsonElement.Parse("3"),
        Steps = new Dictionary<string, JsonElement>(StringComparer.Ordinal)
        {
            ["a"] = JsonElement.Parse("""{"state": "completed", "result": {"x": 1.50}}"""),
            ["c"] = JsonElement.Parse("""{"state": "completed", "result_uri": "s3://job-results/c"}"""),
        },
    };
}
