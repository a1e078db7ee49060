using System.Net.Sockets;
using System.Security.Authentication;
using ApiAmbassador.Discovery;

namespace ApiAmbassador.Tests.Discovery;

public sealed class HttpSourceFailureTests
{
    [Theory]
    [InlineData(HttpRequestError.NameResolutionError, "could not be reached: its name has no address")]
    [InlineData(HttpRequestError.ConnectionError, "could not be reached: why it failed at …")]
    [InlineData(HttpRequestError.ProxyTunnelError, "could not be reached through the proxy")]
    [InlineData(HttpRequestError.SecureConnectionError, "could not be reached by TLS: why it failed at …")]
    [InlineData(HttpRequestError.ResponseEnded, "closed the connection before it had answered")]
    [InlineData(HttpRequestError.InvalidResponse, "answered something that is not HTTP")]
    [InlineData(HttpRequestError.ConfigurationLimitExceeded, "answered with headers that are too large")]
    [InlineData(HttpRequestError.Unknown, "gave no answer: why it failed at …")]
    public void Request_that_failed_is_told_in_a_sentence_without_secrets(HttpRequestError error, string sentence)
    {
        var failure = new HttpRequestException(error, "outer", new AuthenticationException("why it failed at http://user:hunter2@host."));

        var told = HttpSourceFailure.Sentence(failure);

        told.ShouldNotContain("hunter2");
        told.ShouldStartWith(sentence.TrimEnd('…'));
    }

    [Fact]
    public void Socket_says_it_plainly()
    {
        var failure = new HttpRequestException(HttpRequestError.ConnectionError, "outer (host:80)", new SocketException((int)SocketError.ConnectionRefused));

        HttpSourceFailure.Sentence(failure).ShouldBe("could not be reached: connection refused");
    }

    [Fact]
    public void Body_that_broke_off_is_told()
    {
        HttpSourceFailure.Sentence(new HttpIOException(HttpRequestError.ResponseEnded)).ShouldBe("ended its answer before it was whole");
        HttpSourceFailure.Sentence(new InvalidDataException()).ShouldBe("answered something that is not gzip, although it said so");
        HttpSourceFailure.Sentence(new IOException("reset\nby peer.")).ShouldBe("broke off its answer: reset by peer");
    }
}
