using System.Text;
using System.Text.Json;
using AsyncStack.Core.Jobs;

namespace AsyncStack.Core.Tests.Jobs;

public sealed class JobMessagesTests
{
    private static readonly string[] Types = ["echo", "sleep", "external:x", "gone"];

    [Fact]
    public void Instant_jobs_of_one_queue_share_messages_of_at_most_a_hundred()
    {
        var jobs = Ids(250).Select(id => new QueuedJob(id, "echo", "default")).ToArray();

        var messages = JobMessages.Dispatch(jobs, TimeProvider.System).ToArray();

        Assert.Equal([100, 100, 50], messages.Select(m => JobMessages.ReadIds(m.Body.Span).Length));
        Assert.Equal(jobs.Select(j => j.Id), messages.SelectMany(m => JobMessages.ReadIds(m.Body.Span)));
        Assert.All(messages, m => Assert.Equal(("asyncstack.jobs", "jobs.default", "jobs.instant"), (m.Exchange, m.RoutingKey, m.Type)));
    }

    [Fact]
    public void A_job_that_takes_a_slot_has_a_message_of_its_own()
    {
        var messages = JobMessages.Dispatch(Ids(3).Select(id => new QueuedJob(id, "sleep", "low")), TimeProvider.System).ToArray();

        Assert.Equal(3, messages.Length);
        Assert.All(messages, m => Assert.Equal(("jobs.low", "jobs"), (m.RoutingKey, m.Type)));
    }

    [Fact]
    public void Queues_and_kinds_are_not_mixed()
    {
        var jobs = from priority in JobPriority.All from type in Types select new QueuedJob(Guid.NewGuid(), type, priority);

        var messages = JobMessages.Dispatch(jobs, TimeProvider.System).ToArray();

        Assert.Equal(12, messages.Length);
        Assert.Equal(12, messages.Select(m => m.Id).Distinct().Count());
        Assert.Equal(["jobs.default", "jobs.high", "jobs.low"], messages.Select(m => m.RoutingKey).Distinct().Order(StringComparer.Ordinal));
        Assert.Equal(3, messages.Count(m => m.Type == "jobs.instant"));
    }

    [Fact]
    public void Ids_are_read_as_they_were_written()
    {
        var ids = Ids(5);

        Assert.Equal(ids, JobMessages.ReadIds(JobMessages.WriteIds(ids)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("[1]")]
    [InlineData("[null]")]
    [InlineData("[\"nope\"]")]
    [InlineData("[\"01a201cc-6524-7c39-9e0a-9aea84484c19\"")]
    public void A_body_that_names_no_jobs_is_told_as_bad_json(string body) =>
        Assert.ThrowsAny<JsonException>(() => JobMessages.ReadIds(Encoding.UTF8.GetBytes(body)));

    private static Guid[] Ids(int count) => [.. Enumerable.Range(0, count).Select(_ => Guid.CreateVersion7())];
}
