using System.Text.Json;
using AsyncStack.Core.Jobs;

namespace AsyncStack.Core.Tests.Jobs;

public sealed class JobTests
{
    [Theory]
    [InlineData("echo", true)]
    [InlineData("sleep", false)]
    [InlineData("metrics", false)]
    [InlineData("external:resize", false)]
    public void A_known_type_is_found(string name, bool instant) => Assert.Equal((name, instant), (JobTypes.Find(name)!.Name, JobTypes.Find(name)!.Instant));

    [Theory]
    [InlineData("")]
    [InlineData("Echo")]
    [InlineData("external")]
    [InlineData("external:")]
    [InlineData("EXTERNAL:x")]
    public void An_unknown_type_is_not(string name) => Assert.Null(JobTypes.Find(name));

    [Fact]
    public void The_known_types_are_named() => Assert.Equal("airflow, anomalies, compare, echo, metrics, normalize, sleep, external:<name>", JobTypes.Known);

    [Theory]
    [InlineData("scheduled", "pending")]
    [InlineData("queued", "pending")]
    [InlineData("running", "running")]
    [InlineData("completed", "completed")]
    [InlineData("failed", "failed")]
    [InlineData("canceled", "canceled")]
    public void Callers_see_one_word_for_all_that_waits(string state, string seen) => Assert.Equal(seen, JobState.ToPublic(state));

    [Theory]
    [InlineData("{ \"a\" : 1.50 }")]
    [InlineData("123456789012345678901234567890.10")]
    [InlineData("\"\\u0000\"")]
    [InlineData("[1, 2]")]
    public void A_result_is_written_byte_for_byte(string result)
    {
        var json = JsonSerializer.Serialize(NewJob(result), JobJson.Default.Job);

        Assert.Contains($"\"result\":{result},", json, StringComparison.Ordinal);
        Assert.Equal(result, JsonSerializer.Deserialize(json, JobJson.Default.Job)!.Result);
    }

    [Fact]
    public void No_result_is_null_both_ways()
    {
        var json = JsonSerializer.Serialize(NewJob(null), JobJson.Default.Job);

        Assert.Contains("\"result\":null,", json, StringComparison.Ordinal);
        Assert.Null(JsonSerializer.Deserialize(json, JobJson.Default.Job)!.Result);
    }

    [Fact]
    public void A_job_is_told_in_snake_case_and_utc_without_its_trace()
    {
        var json = JsonSerializer.Serialize(NewJob(null) with { TraceParent = "00-secret" }, JobJson.Default.Job);

        Assert.Contains("\"correlation_id\":\"c\"", json, StringComparison.Ordinal);
        Assert.Contains("\"created_at\":\"2030-01-31T12:00:00+00:00\"", json, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", json, StringComparison.Ordinal);
    }

    private static Job NewJob(string? result) => new(
        Guid.Empty, "c", "echo", "completed", "default", 1, 3, 60, 1, result, null, null, null, null, new(2030, 1, 31, 12, 0, 0, TimeSpan.Zero), null, null);
}
