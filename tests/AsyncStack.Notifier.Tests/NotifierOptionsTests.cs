namespace AsyncStack.Notifier.Tests;

public sealed class NotifierOptionsTests
{
    private static readonly string Secret = "whsec_" + Convert.ToBase64String(new byte[24]);

    [Fact]
    public void A_secret_alone_is_enough() => Assert.True(Validate(new() { SigningSecret = Secret }).Succeeded);

    [Fact]
    public void A_missing_secret_is_named() =>
        Assert.Contains("Notifier:SigningSecret is missing", Validate(new()).FailureMessage, StringComparison.Ordinal);

    [Theory]
    [InlineData("c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0")]
    [InlineData("whsec_dG9vIHNob3J0")]
    [InlineData("whsec_not base64 at all, but long enough")]
    public void A_malformed_secret_is_refused_without_being_shown(string secret)
    {
        var result = Validate(new() { SigningSecrets = [Secret, secret] });

        Assert.Contains("signing secret 1", result.FailureMessage, StringComparison.Ordinal);
        Assert.DoesNotContain(secret, result.FailureMessage, StringComparison.Ordinal);
    }

    [Fact]
    public void A_network_that_is_none_is_named() =>
        Assert.Contains("'10.0.0.0/40'", Validate(new() { SigningSecret = Secret, AllowedNetworks = ["10.0.0.0/40"] }).FailureMessage, StringComparison.Ordinal);

    [Fact]
    public void A_lease_shorter_than_a_request_is_refused() =>
        Assert.Contains("SendLease", Validate(new() { SigningSecret = Secret, SendLease = TimeSpan.FromSeconds(15) }).FailureMessage, StringComparison.Ordinal);

    private static Microsoft.Extensions.Options.ValidateOptionsResult Validate(NotifierOptions options) =>
        new NotifierOptionsValidator().Validate(null, options);
}
