using System.Net;
using AsyncStack.Api.Tests.Support;

namespace AsyncStack.Api.Tests.Process;

public sealed class ValidationTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    [Theory]
    [InlineData("""{"payload":{}}""", "callback_url", "required")]
    [InlineData("""{"callback_url":null,"payload":{}}""", "callback_url", "required")]
    [InlineData("""{"callback_url":7,"payload":{}}""", "callback_url", "must be a string, not 7")]
    [InlineData("""{"callback_url":"","payload":{}}""", "callback_url", "0 characters")]
    [InlineData("""{"callback_url":"ftp://example.com/x","payload":{}}""", "callback_url", "http or https")]
    [InlineData("""{"callback_url":"https://user:secret@example.com/x","payload":{}}""", "callback_url", "without user name")]
    [InlineData("""{"callback_url":"/hook","payload":{}}""", "callback_url", "absolute")]
    [InlineData("""{"callback_url":"http://","payload":{}}""", "callback_url", "absolute")]
    [InlineData("""{"callback_url":"https://example.com/\u0000","payload":{}}""", "callback_url", "Unicode")]
    [InlineData("""{"callback_url":"https://example.com/\ud800","payload":{}}""", "callback_url", "Unicode")]
    [InlineData("""{"callback_url":"https://example.com"}""", "payload", "required")]
    [InlineData("""{"callback_url":"https://example.com","payload":null}""", "payload", "required")]
    [InlineData("""{"callback_url":"https://example.com","payload":[1]}""", "payload", "JSON object")]
    [InlineData("""{"callback_url":"https://example.com","payload":"{}"}""", "payload", "JSON object")]
    public async Task A_wrong_body_names_its_field(string body, string field, string message)
    {
        var problem = await (await api.Client.PostAsync(Http.Process, body)).ProblemAsync(HttpStatusCode.UnprocessableEntity);

        Assert.Contains(message, problem.GetProperty("errors").GetProperty(field)[0].GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("job_type", "\"resize\"", "known are airflow, anomalies, compare, echo, metrics, normalize, sleep, external:<name>")]
    [InlineData("job_type", "\"external:\"", "known are")]
    [InlineData("job_type", "{}", "must be a string, not an object")]
    [InlineData("workflow", "\"no name\"", "letters")]
    [InlineData("correlation_id", "7", "must be a string, not 7")]
    [InlineData("correlation_id", "\"a b\"", "letters, digits")]
    [InlineData("correlation_id", "\"a/b\"", "letters, digits")]
    [InlineData("correlation_id", "\"\\u00e9\"", "letters, digits")]
    [InlineData("correlation_id", "\"\"", "1 to 128")]
    [InlineData("priority", "\"urgent\"", "one of high, default, low")]
    [InlineData("priority", "true", "must be a string, not a boolean")]
    [InlineData("run_at", "\"2030-01-31T12:00:00\"", "RFC 3339")]
    [InlineData("run_at", "\"tomorrow\"", "RFC 3339")]
    [InlineData("run_at", "\"2030-02-31T12:00:00Z\"", "RFC 3339")]
    [InlineData("run_at", "\"01/31/2030 12:00:00Z\"", "RFC 3339")]
    [InlineData("run_at", "\"12:00Z\"", "RFC 3339")]
    [InlineData("run_at", "\"0001-01-01T00:00:00+14:00\"", "RFC 3339")]
    [InlineData("run_at", "1893456000", "must be a string")]
    [InlineData("max_attempts", "0", "from 1 to 50")]
    [InlineData("max_attempts", "51", "from 1 to 50")]
    [InlineData("max_attempts", "2.5", "whole number")]
    [InlineData("max_attempts", "99999999999999999999", "whole number")]
    [InlineData("max_attempts", "\"3\"", "whole number")]
    [InlineData("timeout_seconds", "0", "from 1 to 86400")]
    [InlineData("timeout_seconds", "86401", "from 1 to 86400")]
    [InlineData("timeout_seconds", "[]", "an array")]
    public async Task A_wrong_optional_field_is_named(string field, string value, string message)
    {
        var response = await api.Client.PostAsync(Http.Process, Http.Body($"\"{field}\": {value}"));

        var problem = await response.ProblemAsync(HttpStatusCode.UnprocessableEntity);
        Assert.Contains(message, problem.GetProperty("errors").GetProperty(field)[0].GetString(), StringComparison.Ordinal);
        Assert.Contains(message, problem.Detail(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"seconds":-0.1}""")]
    [InlineData("""{"seconds":300.1}""")]
    [InlineData("""{"seconds":1e400}""")]
    [InlineData("""{"seconds":"3"}""")]
    [InlineData("""{"seconds":null}""")]
    public async Task A_sleep_that_is_too_long_or_no_number_is_refused(string payload)
    {
        var response = await api.Client.PostAsync(
            Http.Process, $$"""{"callback_url":"https://example.com","job_type":"sleep","payload":{{payload}}}""");

        var problem = await response.ProblemAsync(HttpStatusCode.UnprocessableEntity);
        Assert.Contains("from 0 to 300", problem.GetProperty("errors").GetProperty("payload")[0].GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("300")]
    [InlineData("0.25")]
    public async Task A_sleep_within_its_bounds_is_accepted(string seconds)
    {
        var response = await api.Client.PostAsync(
            Http.Process, $$$"""{"callback_url":"https://example.com","job_type":"sleep","payload":{"seconds":{{{seconds}}}}}""");

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
    }

    [Theory]
    [InlineData("callback_url", 2048, "https://example.com/")]
    [InlineData("correlation_id", 128, "")]
    [InlineData("job_type", 100, "external:")]
    public async Task A_text_may_be_as_long_as_its_limit_and_no_longer(string field, int limit, string start)
    {
        var longest = start + Guid.NewGuid().ToString("N");
        longest = longest.PadRight(limit, 'x');

        var accepted = await api.Client.PostAsync(Http.Process, Http.Body($"\"{field}\": \"{longest}\""));
        var refused = await api.Client.PostAsync(Http.Process, Http.Body($"\"{field}\": \"{longest}x\""));

        Assert.Equal(HttpStatusCode.Accepted, accepted.StatusCode);
        var problem = await refused.ProblemAsync(HttpStatusCode.UnprocessableEntity);
        Assert.Contains(
            $"{field} has {limit + 1} characters; it must have 1 to {limit}",
            problem.GetProperty("errors").GetProperty(field)[0].GetString(),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2100-01-31T12:00:00Z")]
    [InlineData("2100-01-31t12:00:00z")]
    [InlineData("2100-01-31 12:00:00.123456789+05:30")]
    [InlineData("2100-01-31T12:00:00-00:00")]
    public async Task Every_form_of_rfc_3339_is_a_time(string time)
    {
        var response = await api.Client.PostAsync(Http.Process, Http.Body($"\"run_at\": \"{time}\""));

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
    }

    [Fact]
    public async Task All_wrong_fields_are_told_at_once()
    {
        var response = await api.Client.PostAsync(Http.Process, """{"priority":"x","max_attempts":0,"run_at":"x"}""");

        var errors = (await response.ProblemAsync(HttpStatusCode.UnprocessableEntity)).GetProperty("errors");
        Assert.Equal(
            ["callback_url", "max_attempts", "payload", "priority", "run_at"],
            errors.EnumerateObject().Select(e => e.Name).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("\"text\"")]
    public async Task A_body_that_is_no_object_is_refused(string body) =>
        Assert.Contains(
            "must be a JSON object",
            (await (await api.Client.PostAsync(Http.Process, body)).ProblemAsync(HttpStatusCode.UnprocessableEntity)).Detail(),
            StringComparison.Ordinal);

    [Theory]
    [InlineData("""{"\ud800aaaaaaaaaaaaaaaaaaa":1,"callback_url":"https://example.com","payload":{}}""")]
    [InlineData("""{"callback_url":"https://example.com","payload":{},"\ud800aaaaaaaaaaaaaaaaaaa":1}""")]
    [InlineData("""{"callback_url":"https://example.com","job_type":"sleep","payload":{"seconds":0,"\udc00aaaaaaaaaaaaaaaaaaa":1}}""")]
    public async Task A_field_name_that_is_no_text_is_told_not_tripped_over(string body)
    {
        var response = await api.Client.PostAsync(Http.Process, body);

        await response.ProblemAsync(HttpStatusCode.UnprocessableEntity);
    }
}
