using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using AsyncStack.Api.Tests.Support;
using Microsoft.Extensions.Options;

namespace AsyncStack.Api.Tests.Messages;

public sealed partial class SaveTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private const string Nasty = "<script>alert(\"x\")</script> 'quoted' & \u00e4 \u4f60 \ud83d\ude80 \u202e\u0001\n{{owner}}";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("default")]
    [InlineData("space")]
    [InlineData("webgl")]
    [InlineData("architecture")]
    public async Task Every_template_shows_data_owner_and_time_encoded_and_asks_nobody_else(string template)
    {
        await using var host = api.StartHost(("OWNER_NAME", "Ada <& Co>"));

        var response = await host.Client.GetAsync($"/save?template={template}&data={Uri.EscapeDataString(Nasty)}", Cancel);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("text/html; charset=utf-8", response.Content.Headers.ContentType?.ToString());
        Assert.True(response.Headers.CacheControl?.NoStore);
        var page = await response.Content.ReadAsStringAsync(Cancel);
        Assert.DoesNotContain("<script>alert", page, StringComparison.Ordinal);
        Assert.Equal(Nasty, WebUtility.HtmlDecode(Said().Match(page).Groups["text"].Value));
        Assert.Contains("Ada &lt;&amp; Co&gt;", page, StringComparison.Ordinal);
        Assert.Matches("<time datetime=\"2[0-9]{3}-[0-9]{2}-[0-9]{2}T[0-9:.]{15}Z\">2[0-9]{3}-[0-9 :-]{14} UTC</time>", page);
        Assert.DoesNotMatch("(src|href|action)=\"(https?:)?//|url\\((?!#)|@import|fetch\\(", page);
        Assert.Contains("<meta name=\"viewport\"", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/home")]
    [InlineData("/view")]
    [InlineData("/save?data=x")]
    [InlineData("/save?data=x&template=space")]
    [InlineData("/save?data=x&template=webgl")]
    [InlineData("/save?data=x&template=architecture")]
    public async Task Policy_of_a_page_lets_run_what_the_page_holds_and_nothing_else(string path)
    {
        var response = await api.Client.GetAsync(path, Cancel);
        var page = await response.Content.ReadAsStringAsync(Cancel);
        var policy = response.Headers.GetValues("Content-Security-Policy").Single();

        var inline = Inline().Matches(page).Select(m => $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(m.Groups["text"].Value)))}'").ToArray();
        Assert.NotEmpty(inline);
        Assert.All(inline, hash => Assert.Contains(hash, policy, StringComparison.Ordinal));
        Assert.Equal(inline.Length, policy.Split("'sha256-").Length - 1);
        Assert.StartsWith("default-src 'none';", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.DoesNotMatch("\\sstyle=|\\son[a-z]+=", page);
        Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("POST")]
    public async Task Message_goes_to_its_queue_with_exactly_content_and_owner(string method)
    {
        var data = $"{method} é \"{Guid.NewGuid()}\"";
        await using var host = api.StartHost(("OWNER_NAME", "Ada"));
        await using var broker = await Broker.ConnectAsync(api.Servers.RabbitMQConnectionString);

        using var request = new HttpRequestMessage(new HttpMethod(method), "/save?data=" + Uri.EscapeDataString(data));
        Assert.Equal(HttpStatusCode.OK, (await host.Client.SendAsync(request, Cancel)).StatusCode);

        var message = await broker.TakeAsync("task_queue", m => JsonElement.Parse(m.Body.Span).GetProperty("content").GetString() == data);
        Assert.Equal(["content", "owner"], JsonElement.Parse(message.Body.Span).EnumerateObject().Select(p => p.Name));
        Assert.Equal("Ada", JsonElement.Parse(message.Body.Span).GetProperty("owner").GetString());
        Assert.True(Guid.TryParse(message.BasicProperties.MessageId, out _));
        await Waiting.ForAsync(async () => await api.ReadAsync<long>("select count(*) from outbox") == 0);
    }

    [Theory]
    [InlineData("", "data", "data has 0 characters; it must have 1 to 10000.")]
    [InlineData("?data=", "data", "data has 0 characters; it must have 1 to 10000.")]
    [InlineData("?data=a&data=b", "data", "data is given 2 times; give it once.")]
    [InlineData("?data=a%00b", "data", "data holds characters that are no valid text.")]
    [InlineData("?data=a&template=", "template", "template is ''; known are default, space, webgl, architecture.")]
    [InlineData("?data=a&template=nope", "template", "template is 'nope'; known are default, space, webgl, architecture.")]
    [InlineData("?data=a&template=Space", "template", "template is 'Space'; known are default, space, webgl, architecture.")]
    public async Task What_cannot_be_saved_is_422_and_names_the_field(string query, string field, string message)
    {
        var problem = await (await api.Client.GetAsync("/save" + query, Cancel)).ProblemAsync(HttpStatusCode.UnprocessableEntity);

        Assert.Equal(message, problem.GetProperty("errors").GetProperty(field)[0].GetString());
    }

    [Theory]
    [InlineData(10_000, HttpStatusCode.OK)]
    [InlineData(10_001, HttpStatusCode.UnprocessableEntity)]
    public async Task Ten_thousand_characters_of_any_script_are_the_most(int length, HttpStatusCode status)
    {
        var data = string.Concat(Enumerable.Repeat("%E4%BD%A0", length));

        Assert.Equal(status, (await api.Client.GetAsync("/save?data=" + data, Cancel)).StatusCode);
    }

    [Fact]
    public async Task Other_methods_are_405() =>
        await (await api.Client.PutAsync("/save?data=x", null, Cancel)).ProblemAsync(HttpStatusCode.MethodNotAllowed);

    [Fact]
    public async Task Owner_that_is_too_long_stops_the_start()
    {
        var exception = await Record.ExceptionAsync(async () => await api.StartHost(("OWNER_NAME", new string('x', 201))).DisposeAsync());

        Assert.Contains("OWNER_NAME must have 1 to 200 characters.", Assert.IsType<OptionsValidationException>(exception).Message, StringComparison.Ordinal);
    }

    [GeneratedRegex("<p class=\"said\"[^>]*>(?<text>.*?)</p>", RegexOptions.Singleline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Said();

    [GeneratedRegex("<(?<tag>style|script)>(?<text>.*?)</\\k<tag>>", RegexOptions.Singleline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Inline();
}
