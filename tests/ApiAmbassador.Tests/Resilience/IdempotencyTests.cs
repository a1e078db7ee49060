using ApiAmbassador.Resilience;
using Microsoft.AspNetCore.Http;

namespace ApiAmbassador.Tests.Resilience;

public class IdempotencyTests
{
    [Theory]
    [InlineData("GET", true)]
    [InlineData("HEAD", true)]
    [InlineData("OPTIONS", true)]
    [InlineData("TRACE", true)]
    [InlineData("PUT", true)]
    [InlineData("DELETE", true)]
    [InlineData("POST", false)]
    [InlineData("PATCH", false)]
    [InlineData("CONNECT", false)]
    [InlineData("REPORT", false)]
    [InlineData("get", false)] // Methods are case-sensitive: whatever this is, it is not GET.
    [InlineData("", false)]
    public void Method_is_idempotent_by_RFC_9110(string method, bool idempotent)
    {
        Idempotency.IsIdempotent(method).ShouldBe(idempotent);
    }

    [Theory]
    [InlineData("PUT", null, true)]
    [InlineData("POST", null, false)]
    [InlineData("POST", "8e03978e", true)]
    public void Request_with_a_key_is_idempotent_whatever_its_method(string method, string? key, bool idempotent)
    {
        var request = new DefaultHttpContext().Request;
        request.Method = method;
        if (key is not null)
        {
            request.Headers["idempotency-key"] = key;
        }

        Idempotency.Of(request).ShouldBe(idempotent);
    }
}
